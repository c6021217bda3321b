namespace PlantRuntime.Recipes.State;

/// <summary>
/// An operator that remembers. What it remembers is written as plain bytes, by tag name, so that nothing of a recipe's own types outlives
/// the recipe.
/// </summary>
internal interface IStateful
{
    /// <summary>The name of what <see cref="Save"/> writes and <see cref="Load"/> reads; changed whenever the two are.</summary>
    string StateForm { get; }

    void Save(StateWriter state);

    /// <summary>Takes over what was saved, tags that are no longer there left out: all of it, or nothing when it throws.</summary>
    /// <exception cref="InvalidDataException">The bytes cannot be right.</exception>
    /// <exception cref="EndOfStreamException">The bytes end too early.</exception>
    void Load(StateReader state);
}
