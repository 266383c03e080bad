#include "api/web/origin_check.hpp"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "libmgr/domain/unicode.hpp"

namespace rsm::web {
namespace {

constexpr std::size_t shown_chars = 100;  // of what came

std::string small(std::string_view text) { return boost::algorithm::to_lower_copy(std::string(text)); }
std::string shown(std::string_view text) { return text.empty() ? "nothing" : "\"" + cut(plain_text(text), shown_chars) + "\""; }

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "localhost:9848", "[::1]": the name without its port; nothing: it is no host.
std::optional<std::string> name_of(std::string_view host) {
  auto const bracket = host.rfind(']');
  auto const colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos && !is_port(host.substr(colon + 1))) return std::nullopt;
  return small(host.substr(0, colon));
}

bool is_this_machine(std::string_view host) {
  auto const name = name_of(host);
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

std::string_view host_of(std::string_view origin) { return origin.substr(origin.find("://") + 3); }

// The origin whose host this is; nothing: none of them.
std::optional<std::string> origin_of(std::string_view host, std::vector<std::string> const& origins) {
  auto const found = std::ranges::find_if(origins, [&](std::string const& one) { return host_of(one) == small(host); });
  return found == origins.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

Result<std::string> parse_origin(std::string_view text) {
  std::string origin = small(text);
  if (origin.ends_with('/')) origin.pop_back();
  bool const tls = origin.starts_with("https://");
  if (!tls && !origin.starts_with("http://")) return fail(Errc::invalid_parameter, "--origin " + std::string(text), "expected https://HOST or http://HOST, with :PORT where it is not the usual one");
  auto const host = host_of(origin);
  auto const allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':' || c == '[' || c == ']'; };
  auto const name = name_of(host);
  if (!name || name->empty() || !std::ranges::all_of(host, allowed)) return fail(Errc::invalid_parameter, "--origin " + std::string(text), "it has no host, or more than a host");
  std::string_view const usual = tls ? ":443" : ":80";
  if (origin.ends_with(usual)) origin.resize(origin.size() - usual.size());
  return origin;
}

std::optional<Refusal> check_host(http::Request const& request, std::vector<std::string> const& origins) {
  auto const host = request.field("Host");
  if (request.times("Host") == 1 && (is_this_machine(host) || origin_of(host, origins))) return std::nullopt;
  std::string allowed = "localhost, 127.0.0.1, [::1]";
  for (auto const& one : origins) allowed += ", " + std::string(host_of(one));
  return Refusal{421, "This console was called by the host " + shown(host) + "; it answers to " + allowed + ". Another name is allowed with: rsm-web --origin https://NAME"};
}

std::optional<Refusal> check_origin(http::Request const& request, std::vector<std::string> const& origins) {
  if (auto refusal = check_host(request, origins)) return refusal;
  auto const host = request.field("Host");
  auto const ours = is_this_machine(host) ? "http://" + small(host) : *origin_of(host, origins);
  if (request.times("Origin") == 1 && request.field("Origin") == ours) return std::nullopt;
  return Refusal{403, "This came from a page of " + shown(request.field("Origin")) + ", and only one of " + ours + " may ask"};
}

std::optional<Refusal> check_post(http::Request const& request, std::vector<std::string> const& origins) {
  if (auto refusal = check_origin(request, origins)) return refusal;
  auto const type = request.field("Content-Type");
  auto const essence = boost::algorithm::trim_copy(small(type.substr(0, type.find(';'))));
  if (request.times("Content-Type") != 1 || essence != "application/json") return Refusal{415, "The content is " + shown(type) + ", and only application/json is taken"};
  if (request.field("X-RSM") != "1") return Refusal{403, "The field X-RSM is missing"};
  return std::nullopt;
}

bool came_by_tls(http::Request const& request) { return request.field("Origin").starts_with("https://"); }

}  // namespace rsm::web
