namespace PlantRuntime.Host.Recipes;

/// <summary>What a recipe is doing.</summary>
internal enum RecipeState
{
    /// <summary>It never compiled and planned since the host started.</summary>
    Failed,

    Running,

    /// <summary>It ran away and was stopped.</summary>
    Stopped,
}
