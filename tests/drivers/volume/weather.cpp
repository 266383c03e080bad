#include "tests/drivers/volume/weather.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>

namespace rsm::test {

std::string name_of_any_bytes(std::mt19937_64& random) {
  std::string name(1 + random() % 40, '\0');
  for (char& byte : name) {
    byte = static_cast<char>(1 + random() % 255);
    if (byte == '/') byte = '\n';
  }
  return name == "." || name == ".." ? "..." : name;
}

// What one wind has.
struct Weather::Sky {
  std::vector<std::string> nodes;
  std::string folder;
  Counts* counts;
  std::mt19937_64 random;

  bool one_in(std::uint64_t n) { return random() % n == 0; }
  std::string const& node() { return nodes[random() % nodes.size()]; }
  void rest() { std::this_thread::sleep_for(std::chrono::milliseconds(random() % 20)); }
  // Made; as long as nobody has made it meanwhile.
  std::string place() {
    std::string const at = folder + "/" + name_of_any_bytes(random);
    ::mkdir(at.c_str(), 0700);
    return at;
  }
  bool mount(std::string const& at) { return ::mount(node().c_str(), at.c_str(), "ext4", one_in(2) ? 0 : MS_NOATIME, nullptr) == 0; }
  std::string file(std::string const& at) { return at + "/" + name_of_any_bytes(random); }
  // In a process of its own, which ends in whatever way; killed when it takes too long.
  template <class Act>
  void in_process(Act act) {
    pid_t const child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      act();
      ::_exit(0);
    }
    rest();
    if (one_in(2)) ::kill(child, SIGKILL);
    for (int look = 0; look < 50 && child > 0 && ::waitpid(child, nullptr, WNOHANG) == 0; ++look) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (child > 0 && ::kill(child, SIGKILL) == 0) ::waitpid(child, nullptr, 0);
  }
};

namespace {

void open_something(std::string const& path, std::uint64_t what) {
  switch (what % 4) {
    case 0:
      if (::open(path.c_str(), O_RDWR | O_CREAT, 0600) < 0) ::_exit(1);
      break;
    case 1:
      if (::mkdir(path.c_str(), 0700) == 0 && ::chdir(path.c_str()) != 0) ::_exit(1);
      break;
    case 2: {
      int const fd = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
      if (fd >= 0 && ::ftruncate(fd, 4096) == 0) ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0);
      ::close(fd);
      break;
    }
    default: {
      sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
      std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
      if (::bind(::socket(AF_UNIX, SOCK_DGRAM, 0), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) ::_exit(1);
    }
  }
}

}  // namespace

char const* Weather::name(Kind kind) {
  constexpr std::array<char const*, kinds> names{"mounts", "mounts detached in use", "namespaces", "namespaces without a process", "processes", "processes with threads"};
  return names[kind];
}

void Weather::blow(Sky& sky, void (*once)(Sky&)) {
  pid_t const wind = ::fork();
  if (wind < 0) throw std::runtime_error("no process");
  if (wind > 0) {
    winds_.push_back(wind);
    return;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sky.random.seed(sky.random() + winds_.size());
  for (;;) {
    once(sky);
    sky.rest();
  }
}

Weather::Weather(std::vector<std::string> nodes, std::string folder, std::uint64_t seed) {
  void* const shared = ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::runtime_error("no memory");
  counts_ = new (shared) Counts{};
  Sky sky{.nodes = std::move(nodes), .folder = std::move(folder), .counts = counts_, .random = std::mt19937_64(seed)};
  // Mounts come and go; some while they are used, so that the file system outlives them.
  blow(sky, [](Sky& s) {
    std::string const at = s.place();
    if (!s.mount(at)) return;
    ++(*s.counts)[mounts];
    int const user = s.one_in(3) ? ::open(s.file(at).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    s.rest();
    if (::umount2(at.c_str(), s.one_in(2) ? 0 : MNT_DETACH) != 0) ::umount2(at.c_str(), MNT_DETACH);
    if (user < 0) return;
    ++(*s.counts)[detached];
    s.rest();
    ::close(user);
  });
  // Namespaces with mounts of their own, of which nothing is undone.
  blow(sky, [](Sky& s) {
    std::string const at = s.place();
    s.in_process([&] {
      if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 || !s.mount(at)) return;
      ++(*s.counts)[namespaces];
      open_something(s.file(at), s.random());
      s.rest();
    });
  });
  // Namespaces that only a file keeps, for a moment.
  blow(sky, [](Sky& s) {
    std::string const at = s.place();
    std::array<int, 2> made{}, go{};
    if (::pipe(made.data()) != 0 || ::pipe(go.data()) != 0) return;
    pid_t const child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      bool const good = ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 && s.mount(at);
      char byte = good ? 'y' : 'n';
      [[maybe_unused]] auto const told = ::write(made[1], &byte, 1);
      [[maybe_unused]] auto const heard = ::read(go[0], &byte, 1);
      ::_exit(0);
    }
    char good = 'n';
    [[maybe_unused]] auto const heard = ::read(made[0], &good, 1);
    int const name_space = ::open(("/proc/" + std::to_string(child) + "/ns/mnt").c_str(), O_RDONLY | O_CLOEXEC);
    if (good == 'y' && name_space >= 0) ++(*s.counts)[namespaces_without_process];
    for (int const fd : {go[0], go[1], made[0], made[1]}) ::close(fd);  // the child ends
    if (child > 0) ::waitpid(child, nullptr, 0);
    s.rest();  // now only the descriptor keeps it
    ::close(name_space);
  });
  // Processes that die with something of the volume in their hands, or with the device itself.
  blow(sky, [](Sky& s) {
    std::string const at = s.place();
    bool const mounted = s.mount(at);
    s.in_process([&] {
      ++(*s.counts)[processes];
      if (s.one_in(4) && ::open(s.node().c_str(), O_RDONLY) < 0) return;
      for (int n = 0; mounted && n < 3; ++n) open_something(s.file(at), s.random());
      s.rest();
    });
    ::umount2(at.c_str(), MNT_DETACH);
  });
  // Threads with tables of their own; the first one may end before the others.
  blow(sky, [](Sky& s) {
    std::string const at = s.place();
    bool const mounted = s.mount(at);
    s.in_process([&] {
      ++(*s.counts)[threads];
      std::string const one = s.file(at), other = s.file(at);
      auto const act = [&](std::string const& path, std::uint64_t what) {
        if (mounted && ::unshare(CLONE_FS | CLONE_FILES) == 0) open_something(path, what);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      };
      std::thread first(act, one, s.random()), second(act, other, s.random());
      first.join();
      second.join();
    });
    ::umount2(at.c_str(), MNT_DETACH);
  });
}

Weather::~Weather() {
  for (pid_t const wind : winds_) {
    ::kill(wind, SIGKILL);
    ::waitpid(wind, nullptr, 0);
  }
  ::munmap(counts_, sizeof(Counts));
}

}  // namespace rsm::test
