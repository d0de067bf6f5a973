using Kestra.Storage;

namespace Kestra.Executor.Tests;

/// <summary>When a call comes to nothing.</summary>
public enum FaultMoment
{
    /// <summary>Nothing was done.</summary>
    Before,

    /// <summary>It was done, and its answer is lost.</summary>
    After,
}

/// <summary>Says which calls of the database fail. Counts them, so that a test can make each one fail in its turn.</summary>
internal sealed class FaultPlan
{
    private readonly Lock gate = new();
    private int failing = int.MaxValue;
    private int last = int.MinValue;
    private FaultMoment when;

    /// <summary>Calls since the plan was made.</summary>
    public int Calls { get; private set; }

    /// <summary>Calls that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>Lets calls from now on fail: the given one, counted from 0, and some after it.</summary>
    public void Arm(int call, FaultMoment moment, int count = 1)
    {
        lock (gate)
        {
            (Calls, Failed) = (0, 0);
            (failing, last, when) = (call, count == int.MaxValue ? int.MaxValue : call + count - 1, moment);
        }
    }

    /// <summary>The database is well.</summary>
    public void Disarm() => Arm(int.MaxValue, FaultMoment.Before, int.MaxValue);

    public async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        var fault = Next();
        if (fault == FaultMoment.Before)
        {
            throw Away();
        }

        var result = await call();
        return fault == FaultMoment.After ? throw Away() : result;
    }

    public async Task CallAsync(Func<Task> call) => await CallAsync(async () =>
    {
        await call();
        return true;
    });

    private static StoreUnavailableException Away() => new("The database is away", new IOException("broken pipe"));

    private FaultMoment? Next()
    {
        lock (gate)
        {
            var number = Calls++;
            if (number < failing || number > last)
            {
                return null;
            }

            Failed++;
            return when;
        }
    }
}
