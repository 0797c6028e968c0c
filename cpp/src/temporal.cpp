#include "skymatte/temporal.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "flow.hpp"

namespace skymatte {
namespace {

constexpr double past_share = 0.75;  // the most that the past counts for
constexpr double cut = 0.35;           // with less than this share of the picture recognised it is another picture

cv::Mat enlarged(const cv::Mat& small, cv::Size size) {
    cv::Mat large;
    cv::resize(small, large, size, 0, 0, cv::INTER_LINEAR);
    return large;
}

}  // namespace

struct TemporalFilter::Memory {
    FlowMeter meter;
    cv::Mat grey, steady, places;
    int age = 0;

    [[nodiscard]] cv::Mat mixed(const cv::Mat& matte, const Motion& motion) {
        if (places.size() != matte.size()) places = grid(matte.size());
        const cv::Scalar scale(matte.cols / static_cast<double>(motion.flow.cols),
                               matte.rows / static_cast<double>(motion.flow.rows));
        const cv::Mat came_from = enlarged(motion.flow.mul(scale), matte.size()) + places;
        const cv::Mat moved = cv::max(cv::min(read_sharply(steady, came_from), 1), 0);
        const double most = std::min(past_share, 1 - 1.0 / age);
        const cv::Mat share = enlarged(motion.trust * most, matte.size());
        return matte + share.mul(moved - matte);
    }
};

TemporalFilter::TemporalFilter() : memory_(std::make_unique<Memory>()) {}

TemporalFilter::~TemporalFilter() = default;

cv::Mat TemporalFilter::step(const cv::Mat& rgb, const cv::Mat& matte) {
    Memory& memory = *memory_;
    const cv::Mat now = small_grey(rgb);
    cv::Mat steady = matte;
    ++memory.age;
    if (memory.grey.size() == now.size() && memory.steady.size() == matte.size()) {
        const Motion motion = memory.meter.measure(memory.grey, now);
        if (cv::mean(motion.trust)[0] >= cut) steady = memory.mixed(matte, motion);
        else memory.age = 1;
    }
    memory.grey = now;
    memory.steady = steady;
    return steady;
}

}  // namespace skymatte
