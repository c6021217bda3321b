namespace PlantRuntime.Testing.Captures;

/// <summary>
/// Replays a capture on the virtual clock. The wall clock starts at the time in the header and then only moves forward, even if the clock
/// of the recorded plant was set back. <see cref="SimulatedPlant.Replay"/> creates one for each call and runs it on the test's thread.
/// </summary>
internal sealed class Replay(Simulation simulation, string capture, IReadOnlyDictionary<string, string> names)
{
    // Scans are sorted within this number of lines, because a slow scan starts before a fast one and is recorded after it.
    private const int Ahead = 256;
    private readonly PriorityQueue<CaptureScan, (DateTime Time, long Number)> _ahead = new();

    /// <summary>Replays the whole file. Called once.</summary>
    /// <exception cref="TestFailedException">The capture cannot be read; the message names file and line.</exception>
    public void Run()
    {
        var path = Path.Combine(simulation.Host.Folder, capture);
        if (!File.Exists(path))
            throw new TestFailedException($"there is no {capture} in the site's folder; record one with `plant record`");
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
            // System.Text.Json throws InvalidOperationException for a string that is not valid Unicode.
            var place = lines.Number == 0 ? capture : $"{capture}:{lines.Number}";
            throw new TestFailedException($"{place}: {exception.Message}");
        }
    }
}
