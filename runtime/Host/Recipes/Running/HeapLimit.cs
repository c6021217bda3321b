using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// The bound of this process's managed memory. What asks for more gets an <see cref="OutOfMemoryException"/>; without a bound the system
/// swaps, or kills the process.
/// </summary>
internal static class HeapLimit
{
    private const long Most = 1L << 30;

    public static void Set(LimitOptions limits)
    {
        var bytes = limits.Memory?.Bytes ?? Math.Min(Most, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
        AppContext.SetData("GCHeapHardLimit", (ulong)bytes);
        GC.RefreshMemoryLimit();
    }
}
