using PlantRuntime.Host.Devices;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>A scan that waits for a recipe.</summary>
internal readonly record struct QueuedScan(ScanInbox Inbox, Scan Scan, Receipt? Receipt)
{
    /// <summary>Nobody will run it.</summary>
    public void Drop()
    {
        Inbox.Recycle(Scan);
        Receipt?.Release();
    }
}
