/// A plane read between its pixels; beyond its border it goes on as there.
///
/// cv::remap would round the place to 1/32 of a pixel in OpenCV 4; version 5, which Python uses, does not.
#pragma once

#include <algorithm>
#include <array>
#include <opencv2/core.hpp>
#include <opencv2/core/hal/intrin.hpp>

namespace skymatte {

/// One coordinate of a place: the pixel before it, and how far beyond that it lies, in [0, 1).
struct Between {
    /// `last` is the last pixel; places that are farther than `margin` from the border are taken as near as that.
    Between(float place, int last, int margin) {
        place = std::clamp(place, static_cast<float>(-margin), static_cast<float>(last + margin));
        pixel = cvFloor(place);
        share = place - static_cast<float>(pixel);
    }
    int pixel;
    float share;
};

/// Bilinear, of a CV_8U or CV_32F plane.
template <typename Sample>
float read_between(const cv::Mat& plane, float x, float y) {
    const int right = plane.cols - 1, bottom = plane.rows - 1;
    const Between column(x, right, 2), row(y, bottom, 2);
    const int x0 = std::clamp(column.pixel, 0, right), x1 = std::clamp(column.pixel + 1, 0, right);
    const auto* above = plane.ptr<Sample>(std::clamp(row.pixel, 0, bottom));
    const auto* below = plane.ptr<Sample>(std::clamp(row.pixel + 1, 0, bottom));
    const float first = static_cast<float>(above[x0]) + column.share * static_cast<float>(above[x1] - above[x0]);
    const float second = static_cast<float>(below[x0]) + column.share * static_cast<float>(below[x1] - below[x0]);
    return first + row.share * (second - first);
}

/// What the four samples around a place count for, `share` of a pixel after the second (Keys 1981, a = −0.75).
inline cv::v_float32x4 cubic_weights(float share) {
    constexpr float a = -0.75F;
    const cv::v_float32x4 t = cv::v_setall_f32(share);
    const cv::v_float32x4 cube(a, a + 2, -a - 2, -a), square(-2 * a, -a - 3, 2 * a + 3, a), plain(a, 0, -a, 0), one(0, 1, 0, 0);
    return ((cube * t + square) * t + plain) * t + one;
}

/// Bicubic, of a CV_32F plane: keeps edges sharp and may overshoot.
inline float read_sharply(const cv::Mat& plane, float x, float y) {
    const int right = plane.cols - 1, bottom = plane.rows - 1;
    const Between column(x, right, 4), row(y, bottom, 4);
    std::array<float, 4> down{};
    cv::v_store(down.data(), cubic_weights(row.share));
    const bool inside = column.pixel >= 1 && column.pixel + 2 <= right;
    cv::v_float32x4 sum = cv::v_setzero_f32();
    for (int j = 0; j < 4; ++j) {
        const auto* line = plane.ptr<float>(std::clamp(row.pixel + j - 1, 0, bottom));
        const auto at = [&](int i) { return line[std::clamp(column.pixel + i - 1, 0, right)]; };
        const cv::v_float32x4 samples =
            inside ? cv::v_load(line + column.pixel - 1) : cv::v_float32x4(at(0), at(1), at(2), at(3));
        sum += samples * cv::v_setall_f32(down[static_cast<std::size_t>(j)]);
    }
    return cv::v_reduce_sum(sum * cubic_weights(column.share));
}

}  // namespace skymatte
