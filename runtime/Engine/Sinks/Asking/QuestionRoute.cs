namespace PlantRuntime.Engine.Sinks.Asking;

/// <summary>
/// Names the route of an <c>Ask</c> in the queue: the recipe's file, # and the name of the question, as in
/// <c>recipes/pumps.csx#predict</c>. The route of a <c>To</c> is the recipe's file alone. Pure.
/// </summary>
internal static class QuestionRoute
{
    private const string RecipeExtension = ".csx";

    /// <summary>Returns the route of a question; that of the recipe without one.</summary>
    public static string From(string recipe, string? question) => question is null ? recipe : $"{recipe}#{question}";

    /// <summary>Returns the name of the question of a route for which <see cref="IsQuestion"/> is true.</summary>
    public static string NameOf(string route) => route[(route.LastIndexOf('#') + 1)..];

    /// <summary>True for the route of a question. The names of questions have no dots, so that none ends like a recipe.</summary>
    public static bool IsQuestion(string route) =>
        !route.EndsWith(RecipeExtension, StringComparison.OrdinalIgnoreCase) && route.Contains('#');
}
