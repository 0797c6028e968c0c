#include "edges.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "edge_model.hpp"

namespace skymatte {
namespace {

constexpr int block_side = 16;  // in cells: what is drawn at once

// The answer is open where it is farther than a twentieth from 0 and 1, and where it changes by a tenth within 4 px: in
// 255ths.
constexpr int sure = 13, steep = 26, reach = 4;

constexpr int least_cells = 4;

// Light is taken down to four times diffuse white: suns and lamps are not the colour of the sky around them.
constexpr float brightest = 4;

cv::Mat open_cells(const cv::Mat& answer, cv::Size cells) {
    cv::Mat levels, high, low, undecided, is_open, small;
    cv::convertScaleAbs(answer, levels, 255);
    const cv::Mat around = cv::Mat::ones(2 * reach + 1, 2 * reach + 1, CV_8U);
    cv::dilate(levels, high, around);
    cv::erode(levels, low, around);
    cv::inRange(high - low, steep, 255, is_open);
    cv::inRange(levels, sure, 255 - sure, undecided);
    is_open |= undecided;
    // One open pixel of a cell's sixteen is 255 / 16 of its mean.
    cv::resize(is_open(cv::Rect(0, 0, cells.width * cell_side, cells.height * cell_side)), small, cells, 0, 0, cv::INTER_AREA);
    return small;
}

/// Every cell's sample: its third row and column.
template <typename Pixel>
cv::Mat_<Pixel> sampled(const cv::Mat& picture, cv::Size cells) {
    cv::Mat_<Pixel> samples(cells);
    for (int y = 0; y < cells.height; ++y) {
        const auto* from = picture.ptr<Pixel>(y * cell_side + cell_side / 2);
        for (int x = 0; x < cells.width; ++x) samples(y, x) = from[x * cell_side + cell_side / 2];
    }
    return samples;
}

/// Light of a row of pixels, taken down.
void look(const Light& light, const cv::Vec3b* pixels, int count, cv::Vec3f* seen) {
    light.of(pixels, count, seen);
    for (int each = 0; each < count; ++each)
        for (int channel = 0; channel < 3; ++channel) seen[each][channel] = std::min(seen[each][channel], brightest);
}

/// One direction of a frame: where each pixel lies between the cells, and which pixels a block has.
class Axis {
public:
    Axis(int side, int working, int cells) : side_(side), working_(working), cells_(cells) {
        for (int pixel = 0; pixel < side; ++pixel) {
            const double place =
                std::clamp((pixel + 0.5) * working / side / cell_side - 0.5, 0.0, static_cast<double>(cells - 1));
            const int cell = std::min(static_cast<int>(place), std::max(0, cells - 2));
            at_.push_back({cell, static_cast<float>(1 - (place - cell)), static_cast<float>(place - cell)});
        }
    }

    struct Place {
        int cell;              ///< the one before; the next one is its neighbour
        float before, after;   ///< weights of the two
    };

    [[nodiscard]] const Place& at(int pixel) const { return at_[static_cast<std::size_t>(pixel)]; }
    [[nodiscard]] int blocks() const { return (cells_ + block_side - 1) / block_side; }
    [[nodiscard]] cv::Range pixels(int block) const { return {start(block), start(block + 1)}; }
    [[nodiscard]] cv::Range cells(int block) const {
        return {block * block_side, std::min(cells_, (block + 1) * block_side)};
    }

private:
    [[nodiscard]] int start(int block) const {
        if (block == blocks()) return side_;
        const std::int64_t ahead = static_cast<std::int64_t>(block) * block_side * cell_side * side_;
        return static_cast<int>((ahead + working_ - 1) / working_);
    }
    std::vector<Place> at_;
    int side_, working_, cells_;
};

/// Draws blocks of a matte in place.
class Brush {
public:
    Brush(cv::Mat& matte, const cv::Mat& rgb, const Light& light, const cv::Mat_<CellModel>& model, const Axis& down,
          const Axis& across)
        : matte_(matte), rgb_(rgb), light_(light), model_(model), down_(down), across_(across) {}

    void draw(cv::Range rows, cv::Range columns) {
        seen_.resize(static_cast<std::size_t>(columns.size()));
        first_ = across_.at(columns.start).cell;
        between_.resize(static_cast<std::size_t>(across_.at(columns.end - 1).cell + 2 - first_));
        for (int y = rows.start; y < rows.end; ++y) {
            interpolate(down_.at(y));
            look(light_, rgb_.ptr<cv::Vec3b>(y) + columns.start, columns.size(), seen_.data());
            draw_row(matte_.ptr<float>(y), columns);
        }
    }

private:
    /// The models of a row of cells, between two of the model's rows.
    void interpolate(const Axis::Place& row) {
        for (std::size_t each = 0; each < between_.size(); ++each) {
            const int cell = first_ + static_cast<int>(each);
            between_[each] = model_(row.cell, cell) * row.before + model_(row.cell + 1, cell) * row.after;
        }
    }

    void draw_row(float* matte, cv::Range columns) const {
        const cv::Vec3f* seen = seen_.data();
        for (int x = columns.start; x < columns.end; ++x, ++seen) {
            const Axis::Place& column = across_.at(x);
            const CellModel* near = &between_[static_cast<std::size_t>(column.cell - first_)];
            const CellModel here = near[0] * column.before + near[1] * column.after;
            const float sky = (*seen)[0] * here[0] + (*seen)[1] * here[1] + (*seen)[2] * here[2] + here[3];
            matte[x] += (std::clamp(sky, 0.0F, 1.0F) - matte[x]) * here[4];
        }
    }

    cv::Mat& matte_;
    const cv::Mat& rgb_;
    const Light& light_;
    const cv::Mat_<CellModel>& model_;
    const Axis &down_, &across_;
    std::vector<cv::Vec3f> seen_;
    std::vector<CellModel> between_;
    int first_ = 0;
};

}  // namespace

cv::Mat draw_edges(const cv::Mat& rgb, const cv::Mat& small, const Light& light, const cv::Mat& answer) {
    cv::Mat matte;
    cv::resize(answer, matte, rgb.size(), 0, 0, cv::INTER_LINEAR);
    const cv::Size cells(answer.cols / cell_side, answer.rows / cell_side);
    if (std::min(cells.width, cells.height) < least_cells) return matte;
    const cv::Mat is_open = open_cells(answer, cells);
    if (cv::countNonZero(is_open) == 0) return matte;
    const cv::Mat_<cv::Vec3b> pixels = sampled<cv::Vec3b>(small, cells);
    cv::Mat_<cv::Vec3f> samples(cells);
    look(light, pixels.ptr<cv::Vec3b>(), cells.area(), samples.ptr<cv::Vec3f>());
    const cv::Mat_<CellModel> model = learn_cells(samples, sampled<float>(answer, cells), is_open);
    const Axis down(rgb.rows, answer.rows, cells.height), across(rgb.cols, answer.cols, cells.width);
    Brush brush(matte, rgb, light, model, down, across);
    for (int row = 0; row < down.blocks(); ++row)
        for (int column = 0; column < across.blocks(); ++column)
            if (cv::countNonZero(is_open(down.cells(row), across.cells(column))) > 0)
                brush.draw(down.pixels(row), across.pixels(column));
    return matte;
}

}  // namespace skymatte
