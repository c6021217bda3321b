namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>What tells this machine from others.</summary>
internal static class MachineName
{
    // machine-id(5): made at the first boot; a disk that is copied to another gateway gets a new one there, as hosts are told to do.
    private const string Linux = "/etc/machine-id";

    /// <summary>Its name; empty where there is none, as in most containers.</summary>
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
