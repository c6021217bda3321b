namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>
/// Converts times to counts from 1970. A time outside of 64 bits becomes the nearest count, which the server refuses. Pure.
/// </summary>
internal static class Timestamps
{
    private const int NanosecondsPerTick = 100;

    public static long From(DateTime utc, Precision precision)
    {
        var ticks = utc.Ticks - DateTime.UnixEpoch.Ticks;
        return precision switch
        {
            Precision.Ns => (long)Int128.Clamp((Int128)ticks * NanosecondsPerTick, long.MinValue, long.MaxValue),
            Precision.Us => FloorDivide(ticks, TimeSpan.TicksPerMicrosecond),
            Precision.Ms => FloorDivide(ticks, TimeSpan.TicksPerMillisecond),
            _ => FloorDivide(ticks, TimeSpan.TicksPerSecond),
        };
    }

    private static long FloorDivide(long ticks, long unit) => (ticks / unit) - (ticks % unit < 0 ? 1 : 0);
}
