using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Limits the managed memory of the process. An allocation beyond the limit throws an <see cref="OutOfMemoryException"/>; without a limit
/// the system would swap, or kill the process. Called once by a command before it loads recipes.
/// </summary>
internal static class HeapLimit
{
    // Default: 1 GiB, or half of the memory of the machine or container if that is less.
    private const long Most = 1L << 30;

    public static void Set(LimitOptions limits)
    {
        var bytes = limits.Memory?.Bytes ?? Math.Min(Most, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
        AppContext.SetData("GCHeapHardLimit", (ulong)bytes);
        GC.RefreshMemoryLimit();
    }
}
