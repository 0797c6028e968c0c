#include "flow.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace skymatte {
namespace {

constexpr int longest = 320, least = 96;

// Levels of 255: what differs by less after the motion is the same thing, by more another.
constexpr double alike_levels = 6, other_levels = 18;

// How far the flows back and forth may differ, by their lengths and in pixels².
constexpr double apart_share = 0.1, apart_slack = 4;

template <typename Sample>
void read_rows(const cv::Mat& plane, const cv::Mat& places, cv::Mat& result) {
    const int right = plane.cols - 1, bottom = plane.rows - 1;
    for (int y = 0; y < places.rows; ++y) {
        const auto* place = places.ptr<cv::Vec2f>(y);
        auto* to = result.ptr<Sample>(y);
        for (int x = 0; x < places.cols; ++x) {
            const float left = std::floor(place[x][0]), top = std::floor(place[x][1]);
            const float across = place[x][0] - left, down = place[x][1] - top;
            // Far places are held near the border first, so that they fit a whole number.
            const int column = static_cast<int>(std::clamp(left, -2.0F, static_cast<float>(right + 1)));
            const int row = static_cast<int>(std::clamp(top, -2.0F, static_cast<float>(bottom + 1)));
            const int x0 = std::clamp(column, 0, right), x1 = std::clamp(column + 1, 0, right);
            const auto* above = plane.ptr<Sample>(std::clamp(row, 0, bottom));
            const auto* below = plane.ptr<Sample>(std::clamp(row + 1, 0, bottom));
            const float first = static_cast<float>(above[x0]) + across * static_cast<float>(above[x1] - above[x0]);
            const float second = static_cast<float>(below[x0]) + across * static_cast<float>(below[x1] - below[x0]);
            to[x] = cv::saturate_cast<Sample>(first + down * (second - first));
        }
    }
}

/// Squared lengths of vectors: h×w CV_32FC2 → h×w CV_32F.
cv::Mat squared(const cv::Mat& vectors) {
    cv::Mat parts[2];
    cv::split(vectors, parts);
    return parts[0].mul(parts[0]) + parts[1].mul(parts[1]);
}

/// Keys 1981, a = -0.75: what the four samples around a place count for, `share` of a pixel after the second.
std::array<float, 4> cubic_weights(float share) {
    constexpr float a = -0.75F;
    const auto far = [](float x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
    const auto near = [](float x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
    const float first = far(share + 1), second = near(share), third = near(1 - share);
    return {first, second, third, 1 - first - second - third};
}

}  // namespace

cv::Mat small_grey(const cv::Mat& rgb) {
    const double scale = std::min(1.0, longest / static_cast<double>(std::max(rgb.cols, rgb.rows)));
    // nearbyint rounds halves to even, as Python does.
    const cv::Size size(std::max(least, static_cast<int>(std::nearbyint(rgb.cols * scale))),
                        std::max(least, static_cast<int>(std::nearbyint(rgb.rows * scale))));
    cv::Mat small, grey;
    cv::resize(rgb, small, size, 0, 0, cv::INTER_AREA);
    cv::cvtColor(small, grey, cv::COLOR_RGB2GRAY);
    return grey;
}

cv::Mat grid(cv::Size size) {
    cv::Mat places(size, CV_32FC2);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            places.at<cv::Vec2f>(y, x) = {static_cast<float>(x), static_cast<float>(y)};
    return places;
}

cv::Mat read_between(const cv::Mat& plane, const cv::Mat& places) {
    cv::Mat result(places.size(), plane.type());
    if (plane.type() == CV_8U) read_rows<unsigned char>(plane, places, result);
    else read_rows<float>(plane, places, result);
    return result;
}

cv::Mat read_sharply(const cv::Mat& plane, const cv::Mat& places) {
    const int right = plane.cols - 1, bottom = plane.rows - 1;
    cv::Mat result(places.size(), CV_32F);
    for (int y = 0; y < places.rows; ++y) {
        const auto* place = places.ptr<cv::Vec2f>(y);
        auto* to = result.ptr<float>(y);
        for (int x = 0; x < places.cols; ++x) {
            const float left = std::floor(place[x][0]), top = std::floor(place[x][1]);
            const auto across = cubic_weights(place[x][0] - left), down = cubic_weights(place[x][1] - top);
            const int column = static_cast<int>(std::clamp(left, -4.0F, static_cast<float>(right + 3)));
            const int row = static_cast<int>(std::clamp(top, -4.0F, static_cast<float>(bottom + 3)));
            float sum = 0;
            for (int j = 0; j < 4; ++j) {
                const auto* line = plane.ptr<float>(std::clamp(row + j - 1, 0, bottom));
                float part = 0;
                for (int i = 0; i < 4; ++i)
                    part += across[static_cast<std::size_t>(i)] * line[std::clamp(column + i - 1, 0, right)];
                sum += down[static_cast<std::size_t>(j)] * part;
            }
            to[x] = sum;
        }
    }
    return result;
}

FlowMeter::FlowMeter() : back_(cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_ULTRAFAST)),
                         forth_(cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_ULTRAFAST)) {
    // The matte is moved by this one: a level finer than the preset, and as dear as it by sparser patches.
    back_->setFinestScale(1);
    back_->setPatchStride(5);
    back_->setGradientDescentIterations(8);
}

Motion FlowMeter::measure(const cv::Mat& before, const cv::Mat& now) {
    cv::Mat back = cv::Mat::zeros(now.size(), CV_32FC2), forth = back.clone();
    back_->calc(now, before, back);
    forth_->calc(before, now, forth);
    const cv::Mat came_from = back + grid(now.size());
    cv::Mat change, answer;
    cv::subtract(now, read_between(before, came_from), change, cv::noArray(), CV_32F);
    cv::absdiff(change, cv::Scalar(cv::mean(change)[0]), change);
    cv::blur(change, change, cv::Size(3, 3));
    cv::Mat alike = (other_levels - change) * (1 / (other_levels - alike_levels));
    alike = cv::max(cv::min(alike, 1), 0);
    cv::remap(forth, answer, came_from, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    const cv::Mat lengths = squared(back) + squared(answer);
    const cv::Mat agrees = squared(back + answer) < apart_share * lengths + apart_slack;
    cv::Mat trust = cv::Mat::zeros(now.size(), CV_32F);
    alike.copyTo(trust, agrees);
    return {back, trust};
}

}  // namespace skymatte
