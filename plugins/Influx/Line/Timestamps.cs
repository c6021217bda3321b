namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>Times as counts from 1970. One that does not fit into 64 bits is the nearest that does, which the server refuses.</summary>
internal static class Timestamps
{
    private const int NanosecondsPerTick = 100;

    public static long Of(DateTime utc, Precision precision)
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
