using PlantRuntime.Logging;

namespace PlantRuntime.Engine.RecipeHost;

/// <summary>
/// Decides whether recipes that are no longer listed have been deleted: not while the folder cannot be listed, nor while it has been
/// missing for less than five seconds. Owned by one RecipeManager; called within the host's poll loop, one call at a time; reads no file.
/// </summary>
internal sealed class RecipeFolderMonitor(TimeProvider time, PlantLog log)
{
    /// <summary>How long the folder must be missing before its recipes end.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private HashSet<string> _named = [];
    private long? _missingSince;
    private FolderState _logged;

    /// <summary>True while the recipes that run are to be kept whatever the folder shows.</summary>
    public bool KeepsRecipes(FolderState state)
    {
        if (state != FolderState.Missing) _missingSince = null;
        else _missingSince ??= time.GetTimestamp();
        return state == FolderState.Unreadable || (_missingSince is { } since && time.GetElapsedTime(since) < Grace);
    }

    /// <summary>Logs a change of the folder's state, and each entry that is not read, once.</summary>
    /// <param name="listing">The folder as it is now.</param>
    /// <param name="recipes">Number of recipes that run.</param>
    public void Report(RecipeListing listing, int recipes)
    {
        var state = recipes == 0 && listing.State == FolderState.Missing ? FolderState.Present : listing.State;
        if (state != _logged)
        {
            _logged = state;
            if (state == FolderState.Present) log.Info("RECIPES state=Present");
            else if (state == FolderState.Missing)
                log.Warn($"RECIPES state=Missing recipes={recipes} next=\"they end when the folder recipes is away for {Grace.TotalSeconds:0} s\"");
            else
                log.Warn($"RECIPES state=Unreadable recipes={recipes} next=\"they run on; make the folder recipes readable for the user that runs plant\"");
        }

        var skipped = listing.Skipped.Select(s => s.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in listing.Skipped.Where(s => !_named.Contains(s.ToString())))
            log.Warn($"SKIPPED file={entry.At.File} reason=\"{entry.Message}\" next=\"put a regular file there, or remove it\"");
        _named = skipped;
    }
}
