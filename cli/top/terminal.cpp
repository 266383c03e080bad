#include "cli/top/terminal.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#define NCURSES_WIDECHAR 1
#include <curses.h>

// Of term.h, which has macros with the names of ordinary things.
extern "C" char* tigetstr(char const* capability);

namespace rsm::top {
namespace {

// ---- what a crash leaves behind: the strings that put the terminal back, ready before they are needed

char put_back[512];
std::size_t put_back_bytes = 0;
termios as_before{};

void keep(char const* string) {
  if (string == nullptr || string == reinterpret_cast<char const*>(-1)) return;
  std::size_t const bytes = std::strlen(string);
  if (put_back_bytes + bytes > sizeof put_back) return;
  std::memcpy(put_back + put_back_bytes, string, bytes);
  put_back_bytes += bytes;
}

extern "C" void crashed(int signal) {
  [[maybe_unused]] auto const written = write(STDOUT_FILENO, put_back, put_back_bytes);
  tcsetattr(STDIN_FILENO, TCSANOW, &as_before);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void prepare_for_a_crash() {
  put_back_bytes = 0;
  for (char const* capability : {"sgr0", "cnorm", "rmkx", "rmcup"}) keep(tigetstr(capability));
  struct sigaction action{};
  action.sa_handler = crashed;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (int const signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) sigaction(signal, &action, nullptr);
}

SCREEN* screen = nullptr;  // ncurses has one

enum Pair : short { red = 1, yellow = 2, green = 3 };

attr_t attributes_of(Style const& style) {
  attr_t all = A_NORMAL;
  if (style.bold) all |= A_BOLD;
  if (style.dim) all |= A_DIM;
  if (style.reverse) all |= A_REVERSE;
  return all;
}

short pair_of(Style const& style) {
  switch (style.ink) {
    case Ink::red: return red;
    case Ink::yellow: return yellow;
    case Ink::green: return green;
    case Ink::plain: break;
  }
  return 0;
}

Stroke stroke_of(int code) {
  switch (code) {
    case KEY_UP: return {Key::up};
    case KEY_DOWN: return {Key::down};
    case KEY_LEFT: return {Key::left};
    case KEY_RIGHT: return {Key::right};
    case KEY_PPAGE: return {Key::page_up};
    case KEY_NPAGE: return {Key::page_down};
    case KEY_HOME: return {Key::home};
    case KEY_END: return {Key::end};
    case KEY_BTAB: return {Key::back_tab};
    case KEY_ENTER:
    case '\r':
    case '\n': return {Key::enter};
    case KEY_BACKSPACE:
    case 127:
    case '\b': return {Key::backspace};
    case '\t': return {Key::tab};
    case 27: return {Key::escape};
    default: break;
  }
  if (code >= ' ' && code < 127) return {Key::character, static_cast<char>(code)};
  return {Key::other};
}

}  // namespace

bool locale_is_utf8() {
  std::setlocale(LC_ALL, "");
  return std::string_view(nl_langinfo(CODESET)) == "UTF-8";
}

Result<std::unique_ptr<Terminal>> Terminal::open(bool color) {
  tcgetattr(STDIN_FILENO, &as_before);
  char const* const name = std::getenv("TERM");
  screen = newterm(nullptr, stdout, stdin);
  if (screen == nullptr) return fail(Errc::not_supported, "TERM", std::string("this machine cannot draw on the terminal '") + (name == nullptr ? "" : name) + "'; use rsm status --watch");
  prepare_for_a_crash();
  auto terminal = std::unique_ptr<Terminal>(new Terminal(color && has_colors()));
  if (terminal->color_) {
    start_color();
    use_default_colors();
    init_pair(red, COLOR_RED, -1);
    init_pair(yellow, COLOR_YELLOW, -1);
    init_pair(green, COLOR_GREEN, -1);
  }
  cbreak();
  noecho();
  nonl();
  curs_set(0);
  keypad(stdscr, true);
  set_escdelay(50);  // the rest of a key that begins with Escape is there by then
  nodelay(stdscr, true);
  return terminal;
}

Terminal::~Terminal() {
  endwin();
  delscreen(std::exchange(screen, nullptr));
}

Size Terminal::size() const { return {getmaxy(stdscr), getmaxx(stdscr)}; }

void Terminal::resized() {
  winsize now{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) == 0 && now.ws_row > 0 && now.ws_col > 0) resizeterm(now.ws_row, now.ws_col);
  clear();
  drawn_.clear();
}

void Terminal::draw(Grid const& grid) {
  for (std::size_t row = 0; row < grid.size(); ++row) {
    if (row < drawn_.size() && drawn_[row] == grid[row]) continue;
    if (wmove(stdscr, static_cast<int>(row), 0) == ERR) break;
    clrtoeol();
    for (auto const& piece : grid[row].pieces()) {
      attr_set(attributes_of(piece.style), color_ ? pair_of(piece.style) : short{0}, nullptr);
      addstr(piece.text.c_str());
    }
    attr_set(A_NORMAL, 0, nullptr);
  }
  drawn_ = grid;
  refresh();
}

std::optional<Stroke> Terminal::key() {
  int const code = getch();
  if (code == ERR) return std::nullopt;
  return stroke_of(code);
}

}  // namespace rsm::top
