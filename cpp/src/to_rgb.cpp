#include "to_rgb.hpp"

#include <array>
#include <cmath>
#include <cstring>

extern "C" {
#include <libavutil/pixdesc.h>
}

#include "skymatte/error.hpp"

namespace skymatte {
namespace {

int matrix_of(const AVFrame& frame) {
    // Where the stream does not say it, what players take it for: BT.709 for HD, BT.601 for the rest.
    constexpr int hd_rows = 720;
    if (frame.colorspace != AVCOL_SPC_UNSPECIFIED && frame.colorspace != AVCOL_SPC_RGB) return frame.colorspace;
    return frame.height >= hd_rows ? SWS_CS_ITU709 : SWS_CS_ITU601;
}

bool full_range(const AVFrame& frame) {
    const auto format = static_cast<AVPixelFormat>(frame.format);
    const bool jpeg = format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P;
    return jpeg || frame.color_range == AVCOL_RANGE_JPEG;
}

}  // namespace

Turn turn_of(const AVStream& stream) {
    const auto* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
    if (data == nullptr) return {};
    std::array<std::int32_t, 9> matrix{};
    std::memcpy(matrix.data(), data, sizeof matrix);
    // A point (p, q), q downwards, is shown at (a p + c q, b p + d q).
    const double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    if (std::abs(a) + std::abs(d) >= std::abs(b) + std::abs(c)) return {false, a < 0, d < 0};
    return {true, c < 0, b < 0};
}

cv::Mat ToRgb::operator()(const AVFrame& frame, cv::Size size, Turn turn) {
    const auto format = static_cast<AVPixelFormat>(frame.format);
    scaler_.reset(sws_getCachedContext(scaler_.release(), frame.width, frame.height, format, size.width, size.height,
                                       AV_PIX_FMT_RGB24, SWS_BILINEAR, nullptr, nullptr, nullptr));
    if (!scaler_) throw Error(std::string("pixel format ") + av_get_pix_fmt_name(format) + " cannot be converted to RGB");
    const int* coefficients = sws_getCoefficients(matrix_of(frame));
    sws_setColorspaceDetails(scaler_.get(), coefficients, full_range(frame) ? 1 : 0, coefficients, 1, 0, 1 << 16, 1 << 16);
    cv::Mat rgb(size, CV_8UC3);
    const std::array<std::uint8_t*, 4> planes{rgb.data};
    const std::array<int, 4> strides{static_cast<int>(rgb.step)};
    sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes.data(), strides.data());
    if (turn.transposed) cv::transpose(rgb, rgb);
    if (turn.mirrored_x) cv::flip(rgb, rgb, 1);
    if (turn.mirrored_y) cv::flip(rgb, rgb, 0);
    return rgb;
}

}  // namespace skymatte
