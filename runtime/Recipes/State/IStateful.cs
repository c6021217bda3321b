namespace PlantRuntime.Recipes.State;

/// <summary>
/// An operator with state. The state is saved as bytes, by tag name, so that it refers to no type of the recipe. <see cref="Plans.Plan"/>
/// calls it, never while a scan is processed.
/// </summary>
internal interface IStateful
{
    /// <summary>Name and version of the format that <see cref="Save"/> writes and <see cref="Load"/> reads, such as "window 1".</summary>
    string StateFormat { get; }

    void Save(StateWriter state);

    /// <summary>Loads a saved state and ignores tags that no longer exist. If it throws, the operator is unchanged.</summary>
    /// <exception cref="InvalidDataException">The bytes are invalid.</exception>
    /// <exception cref="EndOfStreamException">The bytes end too early.</exception>
    void Load(StateReader state);
}
