namespace PlantRuntime.Recipes;

/// <summary>Times as brokers and databases want them.</summary>
public static class UnixTime
{
    extension(DateTime time)
    {
        /// <summary>Whole seconds since 1970-01-01 UTC.</summary>
        public long ToUnixSeconds() => (time.ToUniversalTime().Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;

        /// <summary>Whole milliseconds since 1970-01-01 UTC.</summary>
        public long ToUnixMilliseconds() => (time.ToUniversalTime().Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;
    }
}
