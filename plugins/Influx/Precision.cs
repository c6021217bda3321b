namespace PlantRuntime.Plugins.Influx;

/// <summary>The unit of timestamps. Two points of one series within one unit are one point to InfluxDB.</summary>
public enum Precision
{
    /// <summary>Nanoseconds; the clock itself has steps of 100.</summary>
    Ns,

    /// <summary>Microseconds.</summary>
    Us,

    /// <summary>Milliseconds.</summary>
    Ms,

    /// <summary>Seconds.</summary>
    S,
}
