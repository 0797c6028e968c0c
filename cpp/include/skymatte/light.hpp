/// From a frame's numbers to network input: sRGB → linear light → exposed → encoded.
#pragma once

#include <opencv2/core.hpp>

#include "skymatte/card.hpp"

namespace skymatte {

/// Linear light of the 256 codes of an sRGB frame (IEC 61966-2-1), 1×256 CV_32F.
const cv::Mat& linear_codes();

/// The factor that brings a frame's robust mean of log luminance to middle grey (0.18), as the Python package's
/// `picture.exposure.exposure_scale` does for every fourth pixel in both directions: pixels without light and the
/// darkest and brightest 5 % do not count.
///
/// \param rgb  H×W CV_8UC3, sRGB
/// \return a positive factor; 1 for a frame without light
double exposure_scale(const cv::Mat& rgb);

/// Network input of exposed linear light, CV_32F of any size.  Of 256 codes: encoding a frame is one look into it per sample.
cv::Mat encoded_codes(Encoding encoding, const cv::Mat& light);

}  // namespace skymatte
