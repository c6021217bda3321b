using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Sinks;

/// <summary>Batches for tests.</summary>
public static class Batches
{
    /// <summary>The time of the first record, in UTC.</summary>
    public static readonly DateTime Start = new(2026, 11, 21, 8, 0, 0, 123, DateTimeKind.Utc);

    /// <summary>The queue that batches of tests come from.</summary>
    public static readonly Guid Queue = new("6f9619ff-8b86-d011-b42d-00cf4fc964ff");

    /// <summary>An empty batch with an identity.</summary>
    public static RecordBatch Empty(long number) => new() { Queue = Queue, Number = number };

    /// <summary>A batch with one record of these values, each of a tag of the given name.</summary>
    public static RecordBatch Of(long number, params IReadOnlyList<(string Tag, Value Value, Quality Quality)> samples)
    {
        var batch = Empty(number);
        batch.AddScan(Start, samples);
        return batch;
    }

    /// <summary>
    /// A batch of <paramref name="count"/> records, one per millisecond, tag "n" counting up from <paramref name="first"/>.
    /// </summary>
    public static RecordBatch Counting(long number, int first, int count)
    {
        var batch = Empty(number);
        batch.AddCounting(first, count);
        return batch;
    }

    /// <summary>Adds a scan of device "press" with these values.</summary>
    public static void AddScan(this RecordBatch batch, DateTime time,
        params IReadOnlyList<(string Tag, Value Value, Quality Quality)> scan) =>
        batch.Add(time, "press", scan.Select((s, i) => new Sample
        {
            Tag = new Tag(i, s.Tag, "press", unit: "bar"),
            Value = s.Value,
            Time = time,
            Quality = s.Quality,
        }).ToArray());

    /// <summary>Adds records as <see cref="Counting"/> makes them.</summary>
    public static void AddCounting(this RecordBatch batch, int first, int count)
    {
        var tag = new Tag(0, "n", "press");
        var sample = new Sample[1];
        for (var i = first; i < first + count; i++)
        {
            var time = Start.AddMilliseconds(i);
            sample[0] = new Sample { Tag = tag, Value = i, Time = time };
            batch.Add(time, "press", sample);
        }
    }

    /// <summary>A batch of some records of another, each with its identity.</summary>
    public static RecordBatch Part(this RecordBatch batch, Func<int, bool> isIn)
    {
        var part = new RecordBatch { Queue = batch.Queue };
        for (var i = 0; i < batch.Count; i++)
        {
            if (isIn(i)) part.Add(batch[i]);
        }

        return part;
    }

    /// <summary>The samples that <see cref="Counting"/> stores in a sink.</summary>
    public static IEnumerable<StoredSample> CountingStored(int first, int count) =>
        Enumerable.Range(first, count).Select(i => new StoredSample("press", "n", $"{i}", "GOOD"));
}
