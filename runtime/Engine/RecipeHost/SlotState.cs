namespace PlantRuntime.Engine.RecipeHost;

/// <summary>Classifies the state of a recipe's slot. All transitions are in RecipeSlot.Transitions.cs.</summary>
internal enum SlotState
{
    /// <summary>No version has run since the host started, or the recipe has ended.</summary>
    Empty,

    /// <summary>A version runs, and none is kept for a rollback.</summary>
    Running,

    /// <summary>A version runs after an edit of its file. The version before is kept, and replaces this one when it fails.</summary>
    Watched,

    /// <summary>A version runs after a reload of site.toml. When it fails, the whole site is rolled back.</summary>
    WatchedBySite,

    /// <summary>The version was stopped, and none was kept for a rollback.</summary>
    Stopped,
}

/// <summary>The reason why a version replaces another one; it determines how the new one is watched.</summary>
internal enum SwapReason
{
    /// <summary>The recipe's file was edited.</summary>
    Edit,

    /// <summary>site.toml was edited and is being applied.</summary>
    SiteReload,

    /// <summary>The version that runs has failed, and the version before replaces it.</summary>
    Rollback,
}
