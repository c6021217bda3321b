namespace PlantRuntime.Plugins.OpcUa.Wire;

/// <summary>DateTime on the wire: ticks of 100 ns since 1601-01-01 UTC (OPC 10000-6, 5.2.2.5).</summary>
internal static class UaTime
{
    private static readonly long s_epoch = new DateTime(1601, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private static readonly long s_last = new DateTime(9999, 12, 31, 23, 59, 59, DateTimeKind.Utc).Ticks;

    /// <summary>0 and below become the earliest, everything beyond 9999 the latest .NET time.</summary>
    public static DateTime FromWire(long ticks) => new(
        ticks <= 0 ? 0 : ticks >= s_last - s_epoch ? System.DateTime.MaxValue.Ticks : ticks + s_epoch, DateTimeKind.Utc);

    public static long ToWire(DateTime time) => time.Ticks <= s_epoch ? 0 : time.Ticks >= s_last ? long.MaxValue : time.Ticks - s_epoch;
}
