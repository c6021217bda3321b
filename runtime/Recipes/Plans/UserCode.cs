namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// A lambda of a recipe behind a fence: its exceptions are reported and cost one scan on one branch, except the order to stop.
/// </summary>
internal readonly struct UserCode<TIn, TOut>(Func<TIn, TOut> function, Action<Exception> fault)
{
    public bool TryCall(TIn input, out TOut result)
    {
        try
        {
            result = function(input);
            return true;
        }
        catch (Exception exception) when (exception is not RecipeStoppedException)
        {
            fault(exception);
            result = default!;
            return false;
        }
    }
}
