using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.Loader;

namespace PlantRuntime.Engine.Plugins;

/// <summary>
/// Prevents that an exception on a plugin's own thread, in an <c>async void</c> method or in a finalizer ends the process. Finds the plugin
/// by the assemblies in the stack trace and passes it to the catalog that loaded it. Other exceptions end the process as before. Catalogs
/// add and remove themselves on any thread; the handler runs on the thread that threw and runs no plugin code.
/// </summary>
internal static class UnhandledPluginExceptions
{
    private static readonly Lock s_gate = new();
    private static Func<AssemblyLoadContext, Exception, bool>[] s_handlers = [];
    private static bool s_isInstalled;

    /// <param name="handler">Returns true if the context belongs to a plugin of its catalog. Called on the thread that threw.</param>
    public static void Add(Func<AssemblyLoadContext, Exception, bool> handler)
    {
        lock (s_gate)
        {
            s_handlers = [.. s_handlers, handler];
            if (s_isInstalled) return;
            s_isInstalled = true;
            ExceptionHandling.SetUnhandledExceptionHandler(Handle);
        }
    }

    public static void Remove(Func<AssemblyLoadContext, Exception, bool> handler)
    {
        lock (s_gate) s_handlers = [.. s_handlers.Where(h => h != handler)];
    }

    private static bool Handle(Exception exception)
    {
        try
        {
            for (var inner = exception; inner is not null; inner = inner.InnerException)
            {
                foreach (var frame in new StackTrace(inner, fNeedFileInfo: false).GetFrames())
                {
                    if (frame.GetMethod()?.Module.Assembly is not { IsCollectible: true } assembly) continue;
                    if (AssemblyLoadContext.GetLoadContext(assembly) is not { } context) continue;
                    if (Volatile.Read(ref s_handlers).Any(handler => handler(context, exception))) return true;
                }
            }
        }
        catch (Exception)
        {
            // A failure here is ignored, so that the process ends with the original exception.
        }

        return false;
    }
}
