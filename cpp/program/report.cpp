#include "report.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "skymatte/error.hpp"

namespace skymatte::program {
namespace {

std::array<std::pair<const char*, const Timing*>, 6> stages(const Summary& summary) {
    return {{{"decode", &summary.decode},
             {"find", &summary.find},
             {"steady", &summary.steady},
             {"draw", &summary.draw},
             {"encode", &summary.encode},
             {"latency", &summary.latency}}};
}

/// The most memory that the process ever held, in MiB: VmHWM of Linux; 0 elsewhere.
double peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
    return 0;
}

nlohmann::json milliseconds(const Timing& timing) {
    return {{"mean", timing.mean()}, {"p50", timing.quantile(0.5)}, {"p95", timing.quantile(0.95)}};
}

}  // namespace

std::string table(const Summary& summary, std::int64_t damaged) {
    std::ostringstream text;
    text.setf(std::ios::fixed);
    text.precision(2);
    text << summary.frames << " frames in " << summary.seconds << " s: " << summary.rate() << " frames/s";
    if (damaged > 0) text << ", " << damaged << " damaged and skipped";
    if (summary.dropped > 0) text << ", " << summary.dropped << " dropped";
    text << '\n';
    for (const auto& [name, timing] : stages(summary))
        if (timing->count() > 0)
            text << "  " << name << ": " << timing->mean() << " ms, p50 " << timing->quantile(0.5) << ", p95 "
                 << timing->quantile(0.95) << '\n';
    return text.str();
}

void write_report(const Options& options, const Model& model, const StreamInfo& info, const Summary& summary,
                  std::int64_t damaged) {
    nlohmann::json report{
        {"input", info.name},
        {"output", options.output},
        {"model", {{"name", model.card().name}, {"version", model.card().version}, {"sha256", model.sha256()}}},
        {"provider", name_of(options.provider)},
        {"width", info.size.width},
        {"height", info.size.height},
        {"frames", summary.frames},
        {"damaged", damaged},
        {"dropped", summary.dropped},
        {"seconds", summary.seconds},
        {"fps", summary.rate()},
        {"sky_fraction", summary.sky_fraction},
        {"peak_memory_mib", peak_memory()},
    };
    for (const auto& [name, timing] : stages(summary))
        if (timing->count() > 0) report["ms"][name] = milliseconds(*timing);
    const std::filesystem::path path = options.report, partial = options.report + ".part";
    std::ofstream file(partial);
    file << report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    file.close();
    std::error_code failed;
    if (file) std::filesystem::rename(partial, path, failed);
    if (!file || failed) {
        std::filesystem::remove(partial, failed);
        throw Error(options.report + ": the report cannot be written");
    }
}

}  // namespace skymatte::program
