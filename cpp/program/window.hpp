/// A window with the picture beside the picture with its sky in blue.
#pragma once

#include <memory>
#include <opencv2/core.hpp>

#include "skymatte/pipeline.hpp"

namespace skymatte::program {

/// Keys: space pauses, + and - change the opacity, q and Esc quit.  To be used in one thread only.
class Window {
public:
    /// Throws Error if there is no screen.
    Window(cv::Size frame, double opacity);
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    /// Shows a frame, and waits while it is paused; false when the window has been closed.
    bool show(const Frame& frame, const cv::Mat& matte, const Summary& summary);

private:
    struct Screen;
    std::unique_ptr<Screen> screen_;
    double opacity_;
    bool paused_ = false;

    bool handle_keys();
};

}  // namespace skymatte::program
