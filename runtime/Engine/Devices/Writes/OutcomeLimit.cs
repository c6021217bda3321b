using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>
/// Limits the log lines of one tag's writes to the first of each kind, and then one a minute. Outcomes are of one kind if they and their
/// reasons differ in digits only. Owned by one <see cref="TagWriter"/>; any thread; locks internally. Writes no line itself.
/// </summary>
internal sealed class OutcomeLimit(TimeProvider time)
{
    // Bounds the memory when every reason is another text.
    private const int MaxKinds = 16;
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Logged, int Held)> _kinds = new(StringComparer.Ordinal);

    /// <summary>
    /// True if a line may be written now; <paramref name="suppressed"/> is the number of those of its kind since the last one.
    /// </summary>
    public bool TryAcquire(WriteResult result, out int suppressed)
    {
        var kind = KindOf(result);
        suppressed = 0;
        lock (_gate)
        {
            var isKnown = _kinds.TryGetValue(kind, out var last);
            if (isKnown && time.GetElapsedTime(last.Logged) < s_interval)
            {
                _kinds[kind] = last with { Held = last.Held + 1 };
                return false;
            }

            if (!isKnown && _kinds.Count >= MaxKinds) _kinds.Clear();
            suppressed = last.Held;
            _kinds[kind] = (time.GetTimestamp(), 0);
            return true;
        }
    }

    private static string KindOf(WriteResult result)
    {
        var kind = new StringBuilder(result.Outcome.ToString());
        foreach (var letter in result.Reason ?? "")
        {
            if (!char.IsAsciiDigit(letter) && letter is not ('.' or '-' or '+' or 'E')) kind.Append(letter);
        }

        return kind.ToString();
    }
}
