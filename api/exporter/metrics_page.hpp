// The page /metrics: what the daemon answered, as families of Prometheus.
//
// What for: docs/monitoring.md says what each family means. A daemon that did not answer gives openrsm_up 0 and nothing else; a number
// that the daemon does not know gives no sample: nothing is ever 0 because it is unknown. Series are bounded by the hardware, the kinds of
// requests and of errors, never by media, sessions or requests. The offline library has no series of its own: it is a shelf.
// Thread rule: pure function.
#pragma once

#include <string>

#include "api/exporter/exposition.hpp"
#include "api/protocol/messages.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::exporter {

using DaemonAnswer = Result<wire::MetricsReply>;

std::string metrics_page(DaemonAnswer const& answer, Format format);

}  // namespace rsm::exporter
