using PlantRuntime.Contracts;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Format;

namespace PlantRuntime.Benchmarks.Queue;

/// <summary>Records of one device with some tags, on their way into a queue or into bytes.</summary>
internal sealed class QueueFeed
{
    private readonly Sample[] _scan;
    private readonly RouteSet _routes;
    private DateTime _time = new(2026, 11, 21, 8, 0, 0, DateTimeKind.Utc);
    private int _count;

    public QueueFeed(int tags, params string[] sinks)
    {
        _scan = [.. Enumerable.Range(0, tags).Select(i => new Sample { Tag = new Tag(i, $"tag_{i}", "press", "bar") })];
        _routes = new RouteSet("bench.csx", sinks);
    }

    public void Into(DiskQueue queue, int records)
    {
        for (var i = 0; i < records; i++) queue.Add(_routes, Next(), "press", _scan, default);
    }

    /// <summary>The bytes of a batch, as the queue would store them.</summary>
    public byte[] Batch(int records)
    {
        var encoder = new BatchEncoder();
        for (var i = 0; i < records; i++) encoder.Add(_routes, Next(), "press", _scan, default);
        var batch = encoder.Complete();
        batch.Stamp(1, TimeSpan.Zero);
        return batch.Bytes;
    }

    private DateTime Next()
    {
        _time = _time.AddMilliseconds(1);
        foreach (ref var sample in _scan.AsSpan()) (sample.Value, sample.Time) = (_count++ * 0.1, _time);
        return _time;
    }
}
