using PlantRuntime.Host.Status;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>
/// The images of one <c>EncodeTo</c> on their way into a device's block. One is under way at a time; of those that come meanwhile only the
/// latest is kept, and nothing over an outage.
/// </summary>
internal sealed class ImageOutput : IImageOutput
{
    private readonly ImagePoint _point;
    private readonly DeviceRunner _device;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _limit;
    private readonly Action _goOn;
    private readonly Lock _gate = new();
    private readonly byte[] _next;
    private long _nextTaken;
    private bool _hasNext;
    private bool _isBusy;
    private ImageWrite _write;
    private ValueTask<Exception?> _underWay;
    private volatile bool _isSkipping;

    public ImageOutput(ImagePoint point, DeviceRunner device, TimeProvider time, PlantLog log)
    {
        _point = point;
        _device = device;
        _time = time;
        _log = log;
        _limit = new LogLimit(time, TimeSpan.FromSeconds(1), burst: 3);
        _next = new byte[point.Bytes];
        _write = new ImageWrite(point, time);
        _goOn = () =>
        {
            Note(_underWay.GetAwaiter().GetResult());
            WriteAll();
        };
    }

    public void Write(ReadOnlySpan<byte> image, long timestamp)
    {
        lock (_gate)
        {
            image.CopyTo(_next);
            (_nextTaken, _hasNext) = (timestamp, true);
            if (_isBusy) return;
            _isBusy = true;
        }

        WriteAll();
    }

    public void Skip(string tag, string why)
    {
        if (!_isSkipping) Skip($"{tag} {why}");
    }

    private void WriteAll()
    {
        while (TryBegin())
        {
            _underWay = _write.DoAsync(_device);
            var end = _underWay.GetAwaiter();
            if (!end.IsCompleted)
            {
                end.UnsafeOnCompleted(_goOn);
                return;
            }

            Note(end.GetResult());
        }
    }

    private bool TryBegin()
    {
        lock (_gate)
        {
            _isBusy = _hasNext;
            _hasNext = false;
            if (!_isBusy) return false;

            // What a driver that did not come back may still read is left to it.
            if (_write.IsLeftBehind) _write = new ImageWrite(_point, _time);
            _write.Begin(_next, _nextTaken);
            return true;
        }
    }

    private void Note(Exception? failure)
    {
        if (failure is not null) Skip(failure.Message);
        else if (_isSkipping && _limit.May(out _))
        {
            _isSkipping = false;
            _log.Info($"WRITING to={_point.Device}.{_point.Address}");
        }
    }

    private void Skip(string reason)
    {
        if (_isSkipping || !_limit.May(out _)) return;
        _isSkipping = true;
        _log.Warn($"SKIPPING to={_point.Device}.{_point.Address} reason=\"{reason}\" next=\"the next fresh scan is written whole\"");
    }
}
