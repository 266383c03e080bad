#include "cli/rsm/commands/context.hpp"

#include <cstdio>

#ifndef RSM_VERSION
#define RSM_VERSION "unknown"
#endif

namespace rsm::cli {
namespace {

// Which service was looked for.
Error with_socket(Error error, std::string const& socket) {
  if (error.object.empty()) error.object = socket;
  return error;
}

}  // namespace

Context::Context(Arguments arguments, Canvas screen, Canvas notes, Steps steps)
    : args_(std::move(arguments)), screen_(screen), notes_(notes), steps_(steps) {}

Context::~Context() {
  // A session that cannot be closed now is closed by the service after its grace.
  if (connection_ != nullptr && session_open_) (void)connection_->close_session();
}

Canvas Context::screen() const {
  Canvas canvas = screen_;
  canvas.now = now_ms();
  return canvas;
}

Canvas Context::notes() const {
  Canvas canvas = notes_;
  canvas.now = now_ms();
  return canvas;
}

Result<std::unique_ptr<client::Connection>> Context::connect(client::Options options) const {
  options.socket = args_.common.socket;
  options.client_name = "rsm " RSM_VERSION;
  options.one_thread = true;
  auto opened = client::Connection::open(std::move(options));
  if (!opened) return std::unexpected(with_socket(std::move(opened).error(), client::socket_path(args_.common.socket)));
  return opened;
}

Result<client::Connection*> Context::service() {
  if (connection_ == nullptr) {
    client::Options options;
    options.hello_with_first_call = true;
    RSM_TRY(connection_, connect(std::move(options)));
  }
  return connection_.get();
}

Result<client::Connection*> Context::with_session() {
  RSM_TRY(auto* connection, service());
  if (!session_open_) {
    RSM_CHECK(connection->open_session(args_.common.application));
    session_open_ = true;
  }
  return connection;
}

bool print(std::string const& text) {
  bool const written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return std::fflush(stdout) == 0 && written;
}

void note(std::string const& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace rsm::cli
