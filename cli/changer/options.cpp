#include "cli/changer/options.hpp"

#include <charconv>
#include <optional>

namespace rsm::changer {
namespace {

Result<Millis> limit_of(std::string const& text, std::string const& from) {
  std::int64_t seconds = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc{} && end == text.data() + text.size() && seconds >= 1 && seconds <= move_limit_max / std::chrono::seconds{1}) return std::chrono::seconds{seconds};
  return fail(Errc::invalid_parameter, from, "'" + text + "' is no number of seconds from 1 to 86400");
}

class Reader {
 public:
  Reader(std::vector<std::string> arguments, Environment const& environment) : arguments_(std::move(arguments)), environment_(environment) {}

  Result<Options> read() {
    out_.library = from_environment("RSM_LIBRARY");
    out_.device = from_environment("CHANGER");
    if (out_.device.empty()) out_.device = "/dev/changer";
    if (auto const limit = from_environment("RSM_CHANGER_LIMIT_S"); !limit.empty()) {
      RSM_TRY(out_.limit, limit_of(limit, "RSM_CHANGER_LIMIT_S"));
    }
    while (next_ < arguments_.size() && arguments_[next_].starts_with('-') && arguments_[next_].size() > 1) RSM_CHECK(option(arguments_[next_++]));
    out_.words.assign(arguments_.begin() + static_cast<std::ptrdiff_t>(next_), arguments_.end());
    return std::move(out_);
  }

 private:
  std::string from_environment(char const* name) const {
    auto const* const value = environment_(name);
    return value == nullptr ? std::string{} : value;
  }

  bool flag(std::string const& name) {
    if (name == "--cleaning") return out_.cleaning = true;
    if (name == "--ports") return out_.ports = true;
    if (name == "--help" || name == "-h") return out_.help = true;
    if (name == "--version") return out_.version = true;
    return false;
  }

  Result<> option(std::string name) {
    if (flag(name)) return {};
    std::optional<std::string> value;
    if (auto const equals = name.find('='); name.starts_with("--") && equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    if (name != "--socket" && name != "--library" && name != "--limit" && name != "-f") return fail(Errc::invalid_parameter, name, "there is no such option");
    if (!value && next_ == arguments_.size()) return fail(Errc::invalid_parameter, name, "its value is missing");
    if (!value) value = arguments_[next_++];
    if (name == "--limit") {
      RSM_TRY(out_.limit, limit_of(*value, name));
    } else {
      (name == "--socket" ? out_.socket : name == "--library" ? out_.library : out_.device) = *value;
    }
    return {};
  }

  std::vector<std::string> arguments_;
  Environment const& environment_;
  std::size_t next_ = 0;
  Options out_;
};

}  // namespace

Result<Options> read_options(std::vector<std::string> arguments, Environment const& environment) { return Reader(std::move(arguments), environment).read(); }

}  // namespace rsm::changer
