using System.Diagnostics;

namespace PlantRuntime.Faults;

/// <summary>Waits for what other processes do.</summary>
internal static class Until
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until something holds.</summary>
    /// <returns>How long that took; null when it did not hold in time.</returns>
    public static async Task<TimeSpan?> HoldsAsync(Func<Task<bool>> holds, TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds().ConfigureAwait(false))
        {
            if (watch.Elapsed > patience) return null;
            await Task.Delay(s_look).ConfigureAwait(false);
        }

        return watch.Elapsed;
    }

    /// <inheritdoc cref="HoldsAsync(Func{Task{bool}}, TimeSpan)"/>
    public static Task<TimeSpan?> HoldsAsync(Func<bool> holds, TimeSpan patience) => HoldsAsync(() => Task.FromResult(holds()), patience);

    /// <summary>Waits until something holds, as it must.</summary>
    public static async Task<TimeSpan> MustHoldAsync(Func<bool> holds, TimeSpan patience, string what) =>
        await HoldsAsync(holds, patience).ConfigureAwait(false)
            ?? throw new TimeoutException($"{what}: not within {patience.TotalSeconds:0} s");
}
