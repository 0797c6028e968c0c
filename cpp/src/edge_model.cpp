#include "edge_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace skymatte {
namespace {

constexpr float sure = 0.1F;  // colours are learnt from pixels whose answer is no farther than this from 0 or 1

// Half widths of the windows that colours are learnt from, in cells; the far ones are means of 4 × 4 cells, and each
// sample in them counts a fiftieth of one in the window before: they speak where the near ones are empty.
constexpr int near_radius = 2, far_cells = 4;
constexpr std::array<int, 2> far_radii{2, 6};
constexpr double fall = 0.02;

constexpr double grain = 0.02;  // scatter that every colour has at least, as linear light
constexpr double doubt = 3.0;   // distance of sky and ground, in units of their scatter, where colour and network count the same

// How many standard deviations sky and ground may lie off 1 and 0 and still be all sky, all ground; at most so much.
constexpr double sky_noise = 1.5, ground_noise = 0.7, most_noise = 0.4;

constexpr double least_weight = 1e-9;

using Colour = cv::Vec3d;

/// Upper triangle of a symmetric 3×3 matrix, row by row.
using Scatter = cv::Vec<double, 6>;

struct Class {
    Colour mean;
    Scatter scatter;
    bool known = false;
};

cv::Mat blurred_twice(const cv::Mat& values, int radius) {
    const cv::Size size(2 * radius + 1, 2 * radius + 1);
    cv::Mat result;
    cv::blur(values, result, size, {-1, -1}, cv::BORDER_REPLICATE);
    cv::blur(result, result, size, {-1, -1}, cv::BORDER_REPLICATE);
    return result;
}

/// Sums over all windows, each weighing less than the one before.
cv::Mat sums_around(const cv::Mat& values) {
    cv::Mat coarse, enlarged;
    cv::resize(values, coarse, cv::Size(values.cols / far_cells, values.rows / far_cells), 0, 0, cv::INTER_AREA);
    cv::Mat far = cv::Mat::zeros(coarse.size(), coarse.type());
    double weight = 1;
    for (const int radius : far_radii) cv::scaleAdd(blurred_twice(coarse, radius), weight *= fall, far, far);
    cv::resize(far, enlarged, values.size(), 0, 0, cv::INTER_LINEAR);
    return blurred_twice(values, near_radius) + enlarged;
}

/// Weighted sums of 1, colours and products of colours around every cell.
class Sums {
public:
    Sums(const std::vector<cv::Mat>& planes, const cv::Mat& weight) {
        std::array<cv::Mat, 3> first;
        for (std::size_t i = 0; i < 3; ++i) first[i] = weight.mul(planes[i]);
        const auto product = [&](std::size_t i, std::size_t j) { return cv::Mat(first[i].mul(planes[j])); };
        counts_ = around({weight, first[0], first[1], first[2]});
        reds_ = around({product(0, 0), product(0, 1), product(0, 2)});
        others_ = around({product(1, 1), product(1, 2), product(2, 2)});
    }

    [[nodiscard]] Class at(int y, int x) const {
        const auto& count = counts_.at<cv::Vec4f>(y, x);
        const auto& red = reds_.at<cv::Vec3f>(y, x);
        const auto& other = others_.at<cv::Vec3f>(y, x);
        const double share = 1 / std::max<double>(count[0], 1e-12);
        const Colour m = Colour(count[1], count[2], count[3]) * share;
        Scatter s = Scatter(red[0], red[1], red[2], other[0], other[1], other[2]) * share -
                    Scatter(m[0] * m[0], m[0] * m[1], m[0] * m[2], m[1] * m[1], m[1] * m[2], m[2] * m[2]);
        for (const int variance : {0, 3, 5}) s[variance] = std::max(s[variance], 0.0);
        return {m, s, count[0] > least_weight};
    }

private:
    static cv::Mat around(const std::vector<cv::Mat>& planes) {
        cv::Mat merged;
        cv::merge(planes, merged);
        return sums_around(merged);
    }
    cv::Mat counts_, reds_, others_;
};

/// Solution of the symmetric system with some grain on its diagonal (Cramer's rule).
Colour solve(const Scatter& s, const Colour& right) {
    const double a = s[0] + grain * grain, b = s[1], c = s[2], d = s[3] + grain * grain, e = s[4], f = s[5] + grain * grain;
    const double first = d * f - e * e, second = c * e - b * f, third = b * e - c * d, last = b * c - a * e;
    const double determinant = a * first + b * second + c * third;
    return Colour(first * right[0] + second * right[1] + third * right[2],
                  second * right[0] + (a * f - c * c) * right[1] + last * right[2],
                  third * right[0] + last * right[1] + (a * d - b * b) * right[2]) *
           (1 / determinant);
}

/// Standard deviation of colours along a direction.
double spread(const Scatter& s, const Colour& v) {
    const double variance = v[0] * (s[0] * v[0] + 2 * (s[1] * v[1] + s[2] * v[2])) + v[1] * (s[3] * v[1] + 2 * s[4] * v[2]) +
                            s[5] * v[2] * v[2];
    return std::sqrt(std::max(variance, 0.0));
}

CellModel discriminant(const Class& sky, const Class& ground, bool open) {
    const Colour apart = sky.mean - ground.mean;
    Colour direction = solve(sky.scatter + ground.scatter, apart);
    double separation = std::max(direction.dot(apart), 1e-12);
    direction *= 1 / separation;
    const double low = std::min(ground_noise * spread(ground.scatter, direction), most_noise);
    const double high = 1 - std::min(sky_noise * spread(sky.scatter, direction), most_noise);
    const Colour factors = direction * (1 / (high - low));
    if (!(sky.known && ground.known && open)) separation = 0;
    return {static_cast<float>(factors[0]), static_cast<float>(factors[1]), static_cast<float>(factors[2]),
            static_cast<float>(-factors.dot(ground.mean) - low / (high - low)),
            static_cast<float>(separation / (separation + doubt * doubt))};
}

}  // namespace

cv::Mat_<CellModel> learn_cells(const cv::Mat& samples, const cv::Mat& known, const cv::Mat& is_open) {
    std::vector<cv::Mat> planes;
    cv::split(samples, planes);
    const Sums sky(planes, cv::max(known - (1 - sure), 0)), ground(planes, cv::max(sure - known, 0));
    // One cell more than is open: the model is interpolated towards neighbours, trust ends there.
    cv::Mat wanted;
    cv::dilate(is_open, wanted, cv::Mat::ones(3, 3, CV_8U));
    cv::Mat_<CellModel> model(is_open.size(), CellModel::all(0));
    for (int y = 0; y < model.rows; ++y)
        for (int x = 0; x < model.cols; ++x)
            if (wanted.at<unsigned char>(y, x) != 0)
                model(y, x) = discriminant(sky.at(y, x), ground.at(y, x), is_open.at<unsigned char>(y, x) != 0);
    return model;
}

}  // namespace skymatte
