using System.Runtime.InteropServices;

namespace PlantRuntime.Web.Live;

/// <summary>
/// The last hour of every tag, for plots: least, greatest and last value of each time bucket, as single-precision floats in memory of a
/// fixed size. The more tags, the longer the buckets: 1 s up to 388 tags, 30 s for 10,000. Times are monotonic; a step of the wall clock
/// moves the points with it. The feed adds, any thread queries; locks internally.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class TagHistory(TimeProvider time)
{
    /// <summary>The memory of all buckets together, at most: 16 MiB.</summary>
    public const int Budget = 16 << 20;

    private const int Hour = 3600;
    private static readonly int[] s_lengths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, Hour];
    private static readonly Bucket s_empty = new(float.NaN, float.NaN, float.NaN);

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private Dictionary<(string Device, string Tag), int> _rows = [];

    // The buckets of one tag are together; bucket number n is at n modulo the number of buckets of a tag.
    private Bucket[] _buckets = [];
    private int _perTag = 1;
    private long _first;
    private long _newest = -1;

    /// <summary>The length of a bucket, in seconds.</summary>
    public int BucketSeconds { get; private set; } = 1;

    /// <summary>Time since the begin of the oldest bucket; zero before the first value.</summary>
    public TimeSpan Reach
    {
        get
        {
            lock (_gate) return _newest < 0 ? TimeSpan.Zero : time.GetElapsedTime(_start) - TimeSpan.FromSeconds(Oldest * BucketSeconds);
        }
    }

    /// <summary>Returns the length of a bucket, in seconds, for a number of tags.</summary>
    public static int ChooseLength(int tags) =>
        s_lengths.FirstOrDefault(l => (long)tags * Buckets(l) * Marshal.SizeOf<Bucket>() <= Budget, Hour);

    /// <summary>Replaces the tags; those with the same names keep their points.</summary>
    /// <param name="tags">Device and name of each tag, in the order of <see cref="Add"/>.</param>
    public void Replace(IReadOnlyList<(string Device, string Tag)> tags)
    {
        lock (_gate)
        {
            var (oldRows, old, oldPerTag, oldLength, oldFirst, oldNewest) = (_rows, _buckets, _perTag, BucketSeconds, Oldest, _newest);
            BucketSeconds = ChooseLength(tags.Count);
            _perTag = Buckets(BucketSeconds);

            // A list with more tags than the budget has room for keeps the first ones.
            var kept = Math.Min(tags.Count, Budget / (Marshal.SizeOf<Bucket>() * _perTag));
            _buckets = new Bucket[kept * _perTag];
            Array.Fill(_buckets, s_empty);
            _rows = new Dictionary<(string, string), int>(kept);
            for (var row = 0; row < kept; row++) _rows[tags[row]] = row;
            (_first, _newest) = (oldFirst * oldLength / BucketSeconds, oldNewest < 0 ? -1 : oldNewest * oldLength / BucketSeconds);
            foreach (var (tag, row) in _rows)
            {
                if (!oldRows.TryGetValue(tag, out var oldRow)) continue;
                for (var number = oldFirst; number <= oldNewest; number++)
                    Merge(ref At(row, number * oldLength / BucketSeconds), old[(oldRow * oldPerTag) + (int)(number % oldPerTag)]);
            }
        }
    }

    /// <summary>Adds the values of all tags at this moment; NaN for a tag without a number.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        lock (_gate)
        {
            Advance(Now / BucketSeconds);
            for (var row = 0; row < Math.Min(values.Length, _rows.Count); row++)
            {
                if (!float.IsNaN(values[row])) Merge(ref At(row, _newest), new Bucket(values[row], values[row], values[row]));
            }
        }
    }

    /// <summary>Returns the points of a tag between two ages, oldest first; null if there is no such tag.</summary>
    /// <param name="device">The device.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="from">Age of the oldest point.</param>
    /// <param name="to">Age of the newest point.</param>
    public IReadOnlyList<HistoryPoint>? Find(string device, string tag, TimeSpan from, TimeSpan to)
    {
        lock (_gate)
        {
            if (!_rows.TryGetValue((device, tag), out var row)) return null;
            var now = time.GetElapsedTime(_start).TotalSeconds;
            var points = new List<HistoryPoint>();
            for (var number = Oldest; number <= _newest; number++)
            {
                var bucket = At(row, number);
                var age = TimeSpan.FromSeconds(now - (number * BucketSeconds));
                if (!float.IsNaN(bucket.Last) && age <= from && age >= to)
                    points.Add(new HistoryPoint(age, bucket.Min, bucket.Max, bucket.Last));
            }

            return points;
        }
    }

    private long Now => (long)time.GetElapsedTime(_start).TotalSeconds;

    private long Oldest => Math.Max(_first, _newest - _perTag + 1);

    private static int Buckets(int length) => (Hour / length) + 1;

    private ref Bucket At(int row, long number) => ref _buckets[(row * _perTag) + (int)(number % _perTag)];

    private static void Merge(ref Bucket bucket, in Bucket added)
    {
        if (float.IsNaN(added.Last)) return;
        bucket = float.IsNaN(bucket.Last) ? added
            : new Bucket(Math.Min(bucket.Min, added.Min), Math.Max(bucket.Max, added.Max), added.Last);
    }

    /// <summary>Makes a bucket the newest one, and empties those that it and the ones before it take the place of.</summary>
    private void Advance(long number)
    {
        if (_newest < 0) (_first, _newest) = (number, number);
        for (var next = Math.Max(_newest, number - _perTag) + 1; next <= number; next++)
        {
            for (var row = 0; row < _rows.Count; row++) At(row, next) = s_empty;
        }

        _newest = Math.Max(_newest, number);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Bucket(float Min, float Max, float Last);
}

/// <summary>A point of a plot. Immutable.</summary>
/// <param name="Age">Time since the begin of its bucket.</param>
/// <param name="Min">The least value.</param>
/// <param name="Max">The greatest value.</param>
/// <param name="Last">The last value.</param>
internal readonly record struct HistoryPoint(TimeSpan Age, float Min, float Max, float Last);
