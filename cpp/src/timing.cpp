#include "skymatte/timing.hpp"

#include <algorithm>
#include <cmath>

namespace skymatte {
namespace {

constexpr double least = 1e-3;  // milliseconds
constexpr double width = 1.02;

}  // namespace

void Timing::add(double milliseconds) {
    const double bin = std::log(std::max(milliseconds, least) / least) / std::log(width);
    ++bins_[std::min(static_cast<std::size_t>(bin), bins_.size() - 1)];
    ++count_;
    sum_ += milliseconds;
}

void Timing::add(const Timing& other) {
    for (std::size_t bin = 0; bin < bins_.size(); ++bin) bins_[bin] += other.bins_[bin];
    count_ += other.count_;
    sum_ += other.sum_;
}

double Timing::quantile(double share) const {
    const double wanted = share * static_cast<double>(count_);
    std::int64_t below = 0;
    for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
        below += bins_[bin];
        if (below > 0 && static_cast<double>(below) >= wanted) return least * std::pow(width, static_cast<double>(bin) + 0.5);
    }
    return 0;
}

}  // namespace skymatte
