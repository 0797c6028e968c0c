#include "skymatte/temporal.hpp"

namespace skymatte {

cv::Mat TemporalFilter::step(const cv::Mat&, const cv::Mat& matte) { return matte; }

}  // namespace skymatte
