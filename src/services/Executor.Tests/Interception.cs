using System.Reflection;

namespace Kestra.Executor.Tests;

/// <summary>Stands before an object of the product and sees its calls, whatever members the port gets in the future.</summary>
/// <typeparam name="T">The port. Its stand-in is made as a subclass of this one, in another assembly.</typeparam>
public class Interception<T> : DispatchProxy
    where T : class
{
    private T inner = null!;
    private Func<MethodInfo, object?[], Func<object?>, object?> see = null!;

    /// <param name="see">Gets method, arguments, and the call that goes on to the object; gives back what the caller gets.</param>
    public static T Before(T inner, Func<MethodInfo, object?[], Func<object?>, object?> see)
    {
        var proxy = Create<T, Interception<T>>();
        var interception = (Interception<T>)(object)proxy;
        (interception.inner, interception.see) = (inner, see);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => see(targetMethod!, args ?? [], () =>
    {
        try
        {
            return targetMethod!.Invoke(inner, args);
        }
        catch (TargetInvocationException outer)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(outer.InnerException!);
            throw;
        }
    });
}

/// <summary>Puts work around calls that end later.</summary>
internal static class Around
{
    private static readonly MethodInfo Typed = typeof(Around).GetMethod(nameof(TypedAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Runs an asynchronous call inside of something else.</summary>
    /// <param name="method">The method that is called; returns a task.</param>
    /// <param name="work">Gets the call, and awaits it if it is to happen.</param>
    public static object Call(MethodInfo method, Func<object?> call, Func<Func<Task>, Task> work)
    {
        if (method.ReturnType == typeof(Task))
        {
            return work(() => (Task)call()!);
        }

        if (!method.ReturnType.IsGenericType || method.ReturnType.GetGenericTypeDefinition() != typeof(Task<>))
        {
            throw new NotSupportedException($"{method.Name} gives {method.ReturnType.Name}, which is no task.");
        }

        return Typed.MakeGenericMethod(method.ReturnType.GetGenericArguments()).Invoke(null, [call, work])!;
    }

    private static async Task<T> TypedAsync<T>(Func<object?> call, Func<Func<Task>, Task> work)
    {
        var result = default(T)!;
        await work(async () => result = await (Task<T>)call()!);
        return result;
    }
}
