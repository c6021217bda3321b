namespace PlantRuntime.Testing.Captures;

/// <summary>
/// Feeds a capture on the virtual clock. Its first line's time becomes the wall clock's; from there on time only goes forward, as it did
/// at the plant whatever its clock showed.
/// </summary>
internal sealed class Replay(Simulation simulation, string capture, IReadOnlyDictionary<string, string> names)
{
    // A slow device's scan begins before a quick one's and is written after it; never by as many scans as this.
    private const int Ahead = 256;
    private readonly PriorityQueue<CaptureScan, (DateTime Time, long Number)> _ahead = new();

    /// <exception cref="TestFailedException">The capture cannot be read; the message names file and line.</exception>
    public void Run()
    {
        var path = Path.Combine(simulation.Bed.Folder, capture);
        if (!File.Exists(path)) throw new TestFailedException($"there is no {capture} in the site's folder; `plant record` makes one");
        using var lines = new CaptureLines(path);
        var reader = new CaptureReader(lines, simulation, names);
        Guarded(lines, () => simulation.Time.SetWallClock(reader.ReadHeader()));
        simulation.Begin();
        var origin = simulation.Time.UtcNow;
        var start = simulation.Time.GetTimestamp();
        for (long number = 0; ; number++)
        {
            CaptureScan? scan = null;
            Guarded(lines, () => scan = reader.Read());
            if (scan is not null) _ahead.Enqueue(scan, (scan.Time, number));
            if (scan is null && number == 0) throw new TestFailedException($"{capture}: it has no scans");
            if (_ahead.Count == 0) return;
            if (scan is null || _ahead.Count > Ahead) Feed(_ahead.Dequeue(), start, origin);
        }
    }

    private void Feed(CaptureScan scan, long start, DateTime origin)
    {
        var at = Math.Max(simulation.Time.GetTimestamp(), start + (scan.Time - origin).Ticks);
        simulation.PassUntil(at, isPolled: false, null);
        scan.Device.Feed(scan.Time, scan.Failure, scan.Samples);
    }

    private void Guarded(CaptureLines lines, Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception)
            when (exception is FormatException or InvalidDataException or InvalidOperationException or IOException
                or UnauthorizedAccessException)
        {
            // InvalidOperationException is what System.Text.Json says of a text that is no Unicode.
            var place = lines.Number == 0 ? capture : $"{capture}:{lines.Number}";
            throw new TestFailedException($"{place}: {exception.Message}");
        }
    }
}
