// stalling_image IMAGE SOCKET: lays a FUSE file over the image that passes everything through to it, until it is told not to.
//
// What for: a loop device over this file is a real block device whose medium stops answering, is slow, or fails. Nothing but the
// kernel stands between it and the product. IMAGE is a regular file; the mount lies over that very file and is gone with this program.
// A unix socket listens for one command a connection and answers one line:
//   answer    passes requests through again, first those that wait     hang      answers nothing any more
//   delay MS  answers each request MS milliseconds late                eio       answers EIO, also to those that wait
//   state     "MODE, N waiting"
// "ready" on standard output: the file is in place. SIGTERM, SIGINT: what waits is answered EIO, the mount is removed. Killed: the
// kernel aborts the connection, and with it every request. Exit: 0, or 1 with a sentence. Thread rule: one thread.
// Source: fuse(4), libfuse 3 (fuse_lowlevel.h).
#define FUSE_USE_VERSION 35
#include <fcntl.h>
#include <fuse3/fuse_lowlevel.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds control_limit{1000};  // a client of the socket that says nothing

enum class Mode { answer, hang, delay, eio };

struct Waiting {
  fuse_req_t request;
  std::function<void()> act;
  Clock::time_point due;
};

// The one file, and what becomes of requests to it.
class Image {
 public:
  explicit Image(int fd) : fd_(fd) {}

  int fd() const { return fd_; }

  void take(fuse_req_t request, std::function<void()> act) {
    if (mode_ == Mode::eio) return refuse(request);
    if (mode_ == Mode::answer && waiting_.empty()) return act();
    waiting_.push_back({request, std::move(act), Clock::now() + delay_});
    if (mode_ == Mode::answer) serve_all();
  }

  std::string told(std::string const& command) {
    if (command == "answer") {
      mode_ = Mode::answer;
      delay_ = {};
      serve_all();
    } else if (command == "hang") {
      mode_ = Mode::hang;
    } else if (command == "eio") {
      mode_ = Mode::eio;
      refuse_all();
    } else if (command.starts_with("delay ")) {
      mode_ = Mode::delay;
      delay_ = std::chrono::milliseconds(std::atoi(command.c_str() + 6));
    } else if (command != "state") {
      return "not a command";
    }
    return std::string(word()) + ", " + std::to_string(waiting_.size()) + " waiting";
  }

  // Those whose time has come; gives the milliseconds to the next one, -1: none.
  int serve_due() {
    if (mode_ != Mode::delay) return -1;
    while (!waiting_.empty() && waiting_.front().due <= Clock::now()) serve_first();
    if (waiting_.empty()) return -1;
    return 1 + static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(waiting_.front().due - Clock::now()).count());
  }

  void refuse_all() {
    for (auto const& one : std::exchange(waiting_, {})) refuse(one.request);
  }

 private:
  static void refuse(fuse_req_t request) { fuse_reply_err(request, EIO); }
  void serve_all() {
    while (!waiting_.empty()) serve_first();
  }
  void serve_first() {
    Waiting const one = std::move(waiting_.front());
    waiting_.pop_front();
    one.act();
  }
  char const* word() const {
    switch (mode_) {
      case Mode::answer: return "answer";
      case Mode::hang: return "hang";
      case Mode::delay: return "delay";
      case Mode::eio: break;
    }
    return "eio";
  }

  int fd_;
  Mode mode_ = Mode::answer;
  std::chrono::milliseconds delay_{0};
  std::deque<Waiting> waiting_;
};

Image& image_of(fuse_req_t request) { return *static_cast<Image*>(fuse_req_userdata(request)); }

// ---- requests of the kernel: the root of this file system is the file itself

void get_attributes(fuse_req_t request, fuse_ino_t, fuse_file_info*) {
  Image& image = image_of(request);
  image.take(request, [request, fd = image.fd()] {
    struct stat st {};
    if (::fstat(fd, &st) != 0) {
      fuse_reply_err(request, errno);
      return;
    }
    st.st_ino = FUSE_ROOT_ID;
    fuse_reply_attr(request, &st, 1.0);
  });
}

// Not through the page cache of this file: every request to the medium must reach us.
void open_file(fuse_req_t request, fuse_ino_t, fuse_file_info* file) {
  file->direct_io = 1;
  image_of(request).take(request, [request, info = *file] { fuse_reply_open(request, &info); });
}

void read_bytes(fuse_req_t request, fuse_ino_t, std::size_t size, off_t offset, fuse_file_info*) {
  Image& image = image_of(request);
  image.take(request, [request, fd = image.fd(), size, offset] {
    std::vector<char> bytes(size);
    ssize_t const got = ::pread(fd, bytes.data(), size, offset);
    if (got < 0)
      fuse_reply_err(request, errno);
    else
      fuse_reply_buf(request, bytes.data(), static_cast<std::size_t>(got));
  });
}

void write_bytes(fuse_req_t request, fuse_ino_t, char const* data, std::size_t size, off_t offset, fuse_file_info*) {
  Image& image = image_of(request);
  image.take(request, [request, fd = image.fd(), bytes = std::vector<char>(data, data + size), offset] {
    ssize_t const done = ::pwrite(fd, bytes.data(), bytes.size(), offset);
    if (done < 0)
      fuse_reply_err(request, errno);
    else
      fuse_reply_write(request, static_cast<std::size_t>(done));
  });
}

void flush_to_disk(fuse_req_t request, fuse_ino_t, int, fuse_file_info*) {
  Image& image = image_of(request);
  image.take(request, [request, fd = image.fd()] { fuse_reply_err(request, ::fsync(fd) == 0 ? 0 : errno); });
}

void punch_or_allocate(fuse_req_t request, fuse_ino_t, int mode, off_t offset, off_t length, fuse_file_info*) {
  Image& image = image_of(request);
  image.take(request, [=, fd = image.fd()] { fuse_reply_err(request, ::fallocate(fd, mode, offset, length) == 0 ? 0 : errno); });
}

void close_file(fuse_req_t request, fuse_ino_t, fuse_file_info*) { fuse_reply_err(request, 0); }

fuse_lowlevel_ops operations() {
  fuse_lowlevel_ops known{};
  known.getattr = get_attributes;
  known.open = open_file;
  known.read = read_bytes;
  known.write = write_bytes;
  known.fsync = flush_to_disk;
  known.fallocate = punch_or_allocate;
  known.release = close_file;
  return known;
}

// ---- the socket

int listen_at(std::string const& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return -1;
  std::memcpy(address.sun_path, path.data(), path.size());
  ::unlink(path.c_str());
  int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, 8) == 0) return fd;
  return -1;
}

void serve_client(int listening, Image& image) {
  int const client = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  std::array<char, 64> bytes{};
  pollfd look{client, POLLIN, 0};
  if (::poll(&look, 1, static_cast<int>(control_limit.count())) == 1) {
    ssize_t const got = ::read(client, bytes.data(), bytes.size());
    std::string command(bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    if (command.ends_with('\n')) command.pop_back();
    std::string const said = image.told(command) + "\n";
    [[maybe_unused]] auto const sent = ::send(client, said.data(), said.size(), MSG_NOSIGNAL);
  }
  ::close(client);
}

int signals_to_end() {
  sigset_t asked;
  sigemptyset(&asked);
  sigaddset(&asked, SIGTERM);
  sigaddset(&asked, SIGINT);
  ::sigprocmask(SIG_BLOCK, &asked, nullptr);
  return ::signalfd(-1, &asked, SFD_CLOEXEC);
}

void run(fuse_session* session, int listening, int signals, Image& image) {
  fuse_buf buffer{};
  while (!fuse_session_exited(session)) {
    std::array<pollfd, 3> looks{pollfd{fuse_session_fd(session), POLLIN, 0}, pollfd{listening, POLLIN, 0}, pollfd{signals, POLLIN, 0}};
    if (::poll(looks.data(), looks.size(), image.serve_due()) < 0 && errno != EINTR) break;
    if (looks[2].revents != 0) break;
    if (looks[1].revents != 0) serve_client(listening, image);
    if (looks[0].revents == 0) continue;
    int const got = fuse_session_receive_buf(session, &buffer);
    if (got == -EINTR || got == -EAGAIN) continue;
    if (got <= 0) break;  // unmounted or aborted
    fuse_session_process_buf(session, &buffer);
  }
  std::free(buffer.mem);
}

int fail(std::string const& what) {
  std::fprintf(stderr, "stalling_image: %s: %s\n", what.c_str(), std::strerror(errno));
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: stalling_image IMAGE SOCKET\n");
    return 1;
  }
  int const fd = ::open(argv[1], O_RDWR | O_CLOEXEC);
  if (fd < 0) return fail(argv[1]);
  int const listening = listen_at(argv[2]);
  if (listening < 0) return fail(argv[2]);
  Image image(fd);
  std::array<char*, 4> words{argv[0], const_cast<char*>("-o"), const_cast<char*>("allow_other,default_permissions,fsname=stalling_image"), nullptr};
  fuse_args arguments = FUSE_ARGS_INIT(3, words.data());
  fuse_lowlevel_ops const known = operations();
  fuse_session* const session = fuse_session_new(&arguments, &known, sizeof known, &image);
  if (session == nullptr) return fail("a FUSE session");
  if (fuse_session_mount(session, argv[1]) != 0) {
    fuse_session_destroy(session);
    return fail("mount it over the image");
  }
  int const signals = signals_to_end();
  std::printf("ready\n");
  std::fflush(stdout);
  run(session, listening, signals, image);
  image.refuse_all();
  fuse_session_unmount(session);  // a loop device may have the file open still: its requests fail from now on
  fuse_session_destroy(session);
  fuse_opt_free_args(&arguments);
  ::unlink(argv[2]);
  return 0;
}
