// The real program, run against a service that says what the test tells it to. Thread rule: a test's own.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/fake_daemon.hpp"

namespace rsm::cli {

// What a classic verb says that has nothing else to say.
inline constexpr char const* completed = "The command completed successfully.\n";

using Words = std::vector<std::string>;

struct Ran {
  int exit = -1;
  std::string out, err;
};

inline std::string read_file(std::string const& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class Program : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/rsm-cli-test-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory_ = name;
    setenv("OPENRSM_SOCKET", (directory_ + "/rsmd.sock").c_str(), 1);
    setenv("TZ", "UTC", 1);
    unsetenv("RSM_WIN32_EXIT");
  }
  void TearDown() override {
    daemon_.reset();
    std::filesystem::remove_all(directory_);
  }

  FakeDaemon& daemon() {
    if (!daemon_) {
      daemon_ = std::make_unique<FakeDaemon>(directory_ + "/rsmd.sock");
      tell_samples(*daemon_);
    }
    return *daemon_;
  }

  pid_t start(Words words) {
    words.insert(words.begin(), RSM_PROGRAM);
    std::vector<char*> argv;
    for (auto& w : words) argv.push_back(w.data());
    argv.push_back(nullptr);
    std::string const out = directory_ + "/out", err = directory_ + "/err";
    pid_t const pid = fork();
    if (pid != 0) return pid;
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
    execv(argv[0], argv.data());
    _exit(127);
  }

  Ran finish(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_file(directory_ + "/out"), read_file(directory_ + "/err")};
  }

  Ran run(Words words) { return finish(start(std::move(words))); }

  boost::json::value last(std::string_view method) {
    auto const asked = daemon().asked(method);
    return asked.empty() ? boost::json::value{} : asked.back().params;
  }

  std::string directory_;
  std::unique_ptr<FakeDaemon> daemon_;
};

}  // namespace rsm::cli
