using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Reports a plugin that broke the plugin contract: it replaced a tag, returned null or changed a batch. Thrown by the host, never
/// by a plugin.
/// </summary>
internal sealed class PluginContractException(string message) : Exception(message);

/// <summary>
/// Describes exceptions of plugins, and separates errors in their code from failures of the device or server. Stateless; any thread. IsBug
/// and Describe may run code of the plugin, because they read <c>Message</c>.
/// </summary>
internal static class PluginFault
{
    /// <summary>
    /// True for exceptions that only an error in the plugin's code explains; after three in a row the plugin is parked. All others are
    /// failures of the device or server.
    /// </summary>
    public static bool IsBug(Exception exception) => exception is
        NullReferenceException or IndexOutOfRangeException or InvalidCastException or ArgumentException or KeyNotFoundException
            or DivideByZeroException
            or NotImplementedException or NotSupportedException or MissingMemberException or TypeLoadException or PluginContractException
        || !TryGetMessage(exception, out _);

    /// <summary>
    /// Describes an exception in at most <see cref="LogText.MaxLength"/> characters, escaped. Never throws, also when the exception's
    /// own <c>Message</c> does.
    /// </summary>
    public static string Describe(Exception exception)
    {
        var isReadable = TryGetMessage(exception, out var message);
        return LogText.Sanitize(isReadable && (exception is PluginContractException || !IsBug(exception)) ? message
            : $"{exception.GetType().Name}: {message}");
    }

    /// <summary>
    /// Describes an exception without running plugin code: with its message only if no plugin overrides <c>Message</c>. Used by the handler
    /// of unhandled exceptions.
    /// </summary>
    public static string Identify(Exception exception)
    {
        var name = exception.GetType().Name;
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner.GetType().GetProperty(nameof(Exception.Message))?.DeclaringType is not { Assembly.IsCollectible: false }) return name;
        }

        return TryGetMessage(exception, out var message) ? LogText.Sanitize($"{name}: {message}") : name;
    }

    private static bool TryGetMessage(Exception exception, out string message)
    {
        try
        {
            message = exception.Message ?? "";
            return true;
        }
        catch (Exception inner)
        {
            message = $"its message cannot be read ({inner.GetType().Name})";
            return false;
        }
    }
}
