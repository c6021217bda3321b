using System.Diagnostics;
using PlantRuntime.Faults.Numbered;

namespace PlantRuntime.Faults.Oracle;

/// <summary>Records the numbers that arrive behind a sink: how often, and in which order. Callable from any thread.</summary>
internal sealed class Arrivals
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, long> _newest = [];
    private byte[] _times = new byte[1 << 16];
    private long _started = Stopwatch.GetTimestamp();

    /// <summary>Count of different numbers.</summary>
    public long Distinct { get; private set; }

    /// <summary>Count of repeated arrivals.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Count of records whose hash does not match.</summary>
    public long Corrupt { get; private set; }

    /// <summary>Count of numbers that arrived first after a later one of their tag.</summary>
    public long Disordered { get; private set; }

    public long Highest { get; private set; }

    /// <summary>Time from <see cref="StartTimer"/> to the next arrival; null before it.</summary>
    public TimeSpan? FirstAfter { get; private set; }

    /// <summary>Starts the measurement of <see cref="FirstAfter"/>.</summary>
    public void StartTimer()
    {
        lock (_gate) (_started, FirstAfter) = (Stopwatch.GetTimestamp(), null);
    }

    public bool Has(long number)
    {
        lock (_gate) return number < _times.Length && _times[number] > 0;
    }

    /// <summary>Adds the samples in a text.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            var parts = 0;
            for (var start = text.IndexOf(NumberedText.Mark); start >= 0; start = text.IndexOf(NumberedText.Mark))
            {
                text = text[(start + 1)..];
                var end = text.IndexOf(NumberedText.Mark);
                AddSample(end < 0 ? text : text[..end]);
                text = end < 0 ? [] : text[(end + 1)..];
                parts++;
            }

            if (parts == 0) Corrupt++;
        }
    }

    private void AddSample(ReadOnlySpan<char> text)
    {
        if (!NumberedText.TryParse(text, out var tag, out var number) || number is < 1 or > 1L << 28)
        {
            Corrupt++;
            return;
        }

        FirstAfter ??= Stopwatch.GetElapsedTime(_started);
        if (number >= _times.Length) Array.Resize(ref _times, (int)Math.Max(number + 1, _times.Length * 2L));
        if (_times[number] < byte.MaxValue) _times[number]++;
        if (_times[number] > 1)
        {
            Duplicates++;
            return;
        }

        Distinct++;
        Highest = Math.Max(Highest, number);
        if (_newest.GetValueOrDefault(tag) > number) Disordered++;
        else _newest[tag] = number;
    }
}
