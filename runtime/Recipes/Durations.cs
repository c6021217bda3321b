namespace PlantRuntime.Recipes;

/// <summary>Durations as recipes write them: <c>30.Seconds</c>, <c>1.5.Hours</c>.</summary>
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
