namespace PlantRuntime.Host.Devices;

/// <summary>Tells a device that fails from a plugin that is broken.</summary>
internal static class DriverFault
{
    /// <summary>
    /// True for exceptions that only a mistake in code explains: after three in a row the plugin is parked. All others are the far end's.
    /// </summary>
    public static bool IsBug(Exception exception) => exception is
        NullReferenceException or IndexOutOfRangeException or InvalidCastException or ArgumentException or KeyNotFoundException or DivideByZeroException
            or NotImplementedException or NotSupportedException or MissingMemberException or TypeLoadException;

    /// <summary>An exception in one line of a log.</summary>
    public static string Describe(Exception exception) =>
        IsBug(exception) ? $"{exception.GetType().Name}: {exception.Message}" : exception.Message;
}
