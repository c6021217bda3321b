namespace PlantRuntime.Recipes;

/// <summary>Durations in recipes: <c>30.Seconds</c>, <c>1.5.Hours</c>.</summary>
public static class Durations
{
    extension(int count)
    {
        /// <summary>So many milliseconds.</summary>
        public TimeSpan Milliseconds => TimeSpan.FromMilliseconds(count);

        /// <summary>So many seconds.</summary>
        public TimeSpan Seconds => TimeSpan.FromSeconds(count);

        /// <summary>So many minutes.</summary>
        public TimeSpan Minutes => TimeSpan.FromMinutes(count);

        /// <summary>So many hours.</summary>
        public TimeSpan Hours => TimeSpan.FromHours(count);

        /// <summary>So many days.</summary>
        public TimeSpan Days => TimeSpan.FromDays(count);
    }

    extension(double count)
    {
        /// <summary>So many seconds.</summary>
        public TimeSpan Seconds => TimeSpan.FromSeconds(count);

        /// <summary>So many minutes.</summary>
        public TimeSpan Minutes => TimeSpan.FromMinutes(count);

        /// <summary>So many hours.</summary>
        public TimeSpan Hours => TimeSpan.FromHours(count);
    }
}

/// <summary>Converts times to the numbers that brokers and databases use. Pure.</summary>
public static class UnixTime
{
    extension(DateTime time)
    {
        /// <summary>Whole seconds since 1970-01-01 UTC.</summary>
        public long ToUnixSeconds() => (time.ToUniversalTime().Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;

        /// <summary>Seconds since 1970-01-01 UTC with up to so many decimals, 0 to 6: 1731800000.123. Later digits are cut off.</summary>
        public double ToUnixSeconds(int decimals)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(decimals);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(decimals, 6);
            var scale = (long)Math.Pow(10, decimals);
            var ticks = time.ToUniversalTime().Ticks - DateTime.UnixEpoch.Ticks;
            return ticks / (TimeSpan.TicksPerSecond / scale) / (double)scale;
        }

        /// <summary>Whole milliseconds since 1970-01-01 UTC.</summary>
        public long ToUnixMilliseconds() => (time.ToUniversalTime().Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;
    }
}
