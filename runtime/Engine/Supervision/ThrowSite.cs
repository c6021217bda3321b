using System.Diagnostics;
using System.Reflection;

namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Finds the place in a plugin's code at which an exception was thrown: method, and file and line if the plugin's folder has its .pdb.
/// Reads the stack that the runtime recorded, so that no plugin code runs. Stateless; any thread; never throws.
/// </summary>
internal static class ThrowSite
{
    // A stack overflow that was caught, or recursion, makes long stacks.
    private const int MaxFrames = 200;

    /// <summary>Formats the place: <c>AcmeReader.ReadAsync (AcmePlugin.cs:42)</c>; null if no plugin is on the stack.</summary>
    public static string? Find(Exception exception)
    {
        try
        {
            var frames = new StackTrace(exception, fNeedFileInfo: true).GetFrames().Take(MaxFrames)
                .Where(f => f.GetMethod()?.Module.Assembly.IsCollectible == true).ToList();
            // The code of a library that the plugin brings has no .pdb as a rule.
            var frame = frames.Find(f => f.GetFileName() is not null) ?? frames.FirstOrDefault();
            if (frame?.GetMethod() is not { } method) return null;
            var file = Path.GetFileName((frame.GetFileName() ?? "").Replace('\\', '/'));
            return file.Length == 0 ? NameOf(method) : $"{NameOf(method)} ({file}:{frame.GetFileLineNumber()})";
        }
        catch (Exception)
        {
            // A damaged .pdb; the exception is reported without its place.
            return null;
        }
    }

    /// <summary>
    /// Names a method as its author wrote it. The compiler moves the code of async methods and lambdas into nested types such as
    /// <c>&lt;ReadAsync&gt;d__5</c>, and the names of lambdas and local functions contain that of their method.
    /// </summary>
    private static string NameOf(MethodBase method)
    {
        var (type, name) = (method.DeclaringType, Original(method.Name) ?? method.Name);
        while (type?.DeclaringType is { } outer && type.Name.StartsWith('<'))
        {
            name = Original(type.Name) ?? name;
            type = outer;
        }

        return type is null ? name : $"{type.Name}.{name}";
    }

    /// <summary>Returns the part between &lt; and &gt; of a name that the compiler made; null if there is none.</summary>
    private static string? Original(string name)
    {
        var end = name.IndexOf('>', StringComparison.Ordinal);
        return name.StartsWith('<') && end > 1 ? name[1..end] : null;
    }
}
