using Kestra.Model.Executions;

namespace Kestra.Engine.Tests.Simulation;

/// <summary>How each attempt of each task ends: a function of the seed and of what the attempt is, never of when it runs.</summary>
internal sealed class Outcomes(int seed)
{
    /// <param name="values">Values of the loops around the task, outermost first, and its own.</param>
    /// <param name="attempt">0-based, attempts that were lost with a worker not counted.</param>
    public StateType Of(string taskId, string values, int attempt) => (Hash($"{taskId}|{values}|{attempt}") % 100) switch
    {
        < 14 => StateType.FAILED,
        < 22 => StateType.WARNING,
        _ => StateType.SUCCESS,
    };

    private uint Hash(string text)
    {
        var hash = 2166136261u ^ (uint)seed;
        foreach (var character in text)
        {
            hash = (hash ^ character) * 16777619u;
        }

        hash ^= hash >> 15;
        hash *= 2246822519u;
        return hash ^ (hash >> 13);
    }
}
