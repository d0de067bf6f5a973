using Kestra.Hosting.Lanes;

namespace Kestra.Worker.Claiming;

/// <summary>What the store says of a job that was claimed.</summary>
internal abstract record RebuiltJob
{
    private RebuiltJob()
    {
    }

    public sealed record Ready(WorkerJob Job) : RebuiltJob;

    /// <summary>It was decided otherwise; the job is not to be run, but its answer is waited for.</summary>
    public sealed record Unwanted : RebuiltJob;

    /// <summary>Nobody waits for it: the attempt, or its execution, is over.</summary>
    public sealed record Over : RebuiltJob;

    /// <summary>It can't be run here, and trying again would not help.</summary>
    /// <param name="Message">For the user.</param>
    public sealed record Broken(string Message) : RebuiltJob;
}
