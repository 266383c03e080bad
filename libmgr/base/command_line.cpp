#include "libmgr/base/command_line.hpp"

#include <CLI/CLI.hpp>

namespace rsm {

struct CommandLine::App {
  App(std::string const& what_for, std::string const& program) : app(what_for, program) {}
  CLI::Option* add(std::string const& name, CLI::Option* option) const { return option->required(!name.starts_with('-')); }
  CLI::App app;
};

CommandLine::CommandLine(std::string const& what_for, std::string const& program) : app_(std::make_unique<App>(what_for, program)) {}
CommandLine::~CommandLine() = default;

void CommandLine::text(std::string const& name, std::string& value, std::string const& help, std::string const& kind) {
  auto* const option = app_->add(name, app_->app.add_option(name, value, help));
  if (!kind.empty()) option->type_name(kind);
}

void CommandLine::one_of(std::string const& name, std::string& value, std::vector<std::string> const& words) {
  app_->add(name, app_->app.add_option(name, value))->check(CLI::IsMember(words));
}

void CommandLine::texts(std::string const& name, std::vector<std::string>& values) { app_->add(name, app_->app.add_option(name, values)); }

void CommandLine::number(std::string const& name, std::uint64_t& value, std::string const& help, std::uint64_t first, std::uint64_t last) {
  app_->add(name, app_->app.add_option(name, value, help))->check(CLI::Range(first, last));
}

void CommandLine::flag(std::string const& name, bool& value, std::string const& help) { app_->app.add_flag(name, value, help); }

void CommandLine::excludes(std::string const& name, std::string const& other) { app_->app.get_option(name)->excludes(app_->app.get_option(other)); }

void CommandLine::version(std::string const& text) { app_->app.set_version_flag("--version", text); }

void CommandLine::footer(std::string const& text) { app_->app.footer(text); }

bool CommandLine::was_given(std::string const& name) const { return app_->app.count(name) > 0; }

std::optional<int> CommandLine::read(int argc, char const* const* argv) {
  try {
    app_->app.parse(argc, argv);
  } catch (CLI::ParseError const& end) {
    return app_->app.exit(end);
  }
  return std::nullopt;
}

}  // namespace rsm
