// The bare yardstick of an answer: one Asio loop on a unix socket that gives back a line for a line and does nothing else.
//
//   bench_echo SOCKET [--answer-bytes N] [--sync FILE]
//
// Without --answer-bytes the answer is the line that came. With --sync every line is appended to the file and is on disk
// (fdatasync) before its answer leaves. Ends at SIGTERM, or with exit status 1 and a sentence.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

#include "libmgr/base/command_line.hpp"

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Protocol = asio::local::stream_protocol;

struct Manner {
  std::string answer;  // empty: the line that came
  int file = -1;       // of --sync
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Protocol::socket socket, Manner const& manner) : socket_(std::move(socket)), manner_(manner) {}

  void read() {
    socket_.async_read_some(asio::buffer(chunk_), [self = shared_from_this()](error_code error, std::size_t bytes) {
      if (error) return;
      self->inbox_.append(self->chunk_.data(), bytes);
      self->answer();
    });
  }

 private:
  void answer() {
    outbox_.clear();
    std::size_t from = 0;
    for (auto end = inbox_.find('\n'); end != std::string::npos; end = inbox_.find('\n', from)) {
      std::string_view const line = std::string_view(inbox_).substr(from, end + 1 - from);
      if (manner_.file >= 0) keep(line);
      outbox_ += manner_.answer.empty() ? line : std::string_view(manner_.answer);
      from = end + 1;
    }
    inbox_.erase(0, from);
    if (outbox_.empty()) return read();
    asio::async_write(socket_, asio::buffer(outbox_), [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) self->read();
    });
  }

  void keep(std::string_view line) const {
    if (::write(manner_.file, line.data(), line.size()) != static_cast<ssize_t>(line.size()) || ::fdatasync(manner_.file) != 0)
      throw std::runtime_error(std::string("cannot write to the disk: ") + std::strerror(errno));
  }

  Protocol::socket socket_;
  Manner const& manner_;
  std::array<char, 16 * 1024> chunk_;
  std::string inbox_, outbox_;
};

void accept(Protocol::acceptor& acceptor, Manner const& manner) {
  acceptor.async_accept([&](error_code error, Protocol::socket socket) {
    if (error) return;
    std::make_shared<Connection>(std::move(socket), manner)->read();
    accept(acceptor, manner);
  });
}

void serve(std::string const& path, Manner const& manner) {
  asio::io_context context{1};
  Protocol::acceptor acceptor(context, Protocol::endpoint(path));
  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](error_code, int) { context.stop(); });
  accept(acceptor, manner);
  context.run();
}

}  // namespace

int main(int argc, char** argv) {
  rsm::CommandLine line("Answers a line with a line.");
  std::string socket, file;
  std::size_t answer_bytes = 0;
  line.text("socket", socket);
  line.number("--answer-bytes", answer_bytes);
  line.text("--sync", file);
  if (auto const end = line.read(argc, argv)) return *end;
  try {
    Manner manner;
    if (answer_bytes > 0) manner.answer = std::string(answer_bytes - 1, 'a') + '\n';
    if (!file.empty()) manner.file = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (!file.empty() && manner.file < 0) throw std::runtime_error("cannot open " + file + ": " + std::strerror(errno));
    serve(socket, manner);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "bench_echo: %s\n", error.what());
    return 1;
  }
}
