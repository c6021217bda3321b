namespace PlantRuntime.Queue;

/// <summary>Reads the name that distinguishes this machine from others. Called once per opening of a queue; reads one small file.</summary>
internal static class MachineName
{
    // machine-id(5): created at the first boot. A disk image that is copied to another gateway is expected to get a new one there.
    private const string Linux = "/etc/machine-id";

    /// <summary>
    /// Returns the machine id; empty if there is none (most containers, other systems than Linux) or if it cannot be read.
    /// </summary>
    public static string Read()
    {
        try
        {
            return File.Exists(Linux) ? File.ReadAllText(Linux).Trim() : "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
